using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OpenSegR.Realtime.Render.Live;

/// <summary>
/// Xlib ends the process when its server goes away, whatever the program is about (XSetIOErrorHandler). While a guard is there, an action
/// runs first. Does nothing where there is no Xlib.
/// </summary>
internal sealed unsafe class DisplayGuard : IDisposable
{
    private static Action? _lost;
    private readonly delegate* unmanaged[Cdecl]<nint, nint> _setHandler;
    private readonly nint _before;

    /// <summary>Begins to guard; one at a time.</summary>
    /// <param name="lost">Called on the thread that uses the display, once.</param>
    public DisplayGuard(Action lost)
    {
        _lost = lost;
        if (OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libX11.so.6", out var library)
            && NativeLibrary.TryGetExport(library, "XSetIOErrorHandler", out var setHandler))
        {
            _setHandler = (delegate* unmanaged[Cdecl]<nint, nint>)setHandler;
            _before = _setHandler((nint)(delegate* unmanaged[Cdecl]<nint, int>)&OnLost);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_setHandler is not null)
        {
            _setHandler(_before);
        }

        _lost = null;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnLost(nint display)
    {
        try
        {
            Interlocked.Exchange(ref _lost, null)?.Invoke();
        }
#pragma warning disable CA1031 // Nothing may be thrown into Xlib, which ends the process next.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Console.Error.WriteLine(e.Message);
        }

        return 0;
    }
}
