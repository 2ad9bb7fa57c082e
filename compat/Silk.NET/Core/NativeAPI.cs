using Silk.NET.Core.Contexts;

namespace Silk.NET.Core.Native;

/// <summary>A set of native functions found through a context.</summary>
public abstract class NativeAPI : IDisposable
{
    /// <summary>Creates the set; it disposes the context when it is disposed itself.</summary>
    protected NativeAPI(INativeContext ctx) => Context = ctx;

    /// <summary>Where the functions were found.</summary>
    public INativeContext Context { get; }

    /// <summary>True where the driver has the named extension.</summary>
    public abstract bool IsExtensionPresent(string extension);

    /// <inheritdoc/>
    public void Dispose()
    {
        Context.Dispose();
        GC.SuppressFinalize(this);
    }
}
