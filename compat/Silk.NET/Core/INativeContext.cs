namespace Silk.NET.Core.Contexts;

/// <summary>Finds the functions of a native library.</summary>
public interface INativeContext : IDisposable
{
    /// <summary>Address of a function.</summary>
    /// <exception cref="Loader.SymbolLoadingException">There is no such function.</exception>
    nint GetProcAddress(string proc, int? slot = default);

    /// <summary>Address of a function, or false where there is none.</summary>
    bool TryGetProcAddress(string proc, out nint addr, int? slot = default);
}
