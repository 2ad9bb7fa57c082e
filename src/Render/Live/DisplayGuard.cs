using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OpenSegR.Realtime.Render.Live;

/// <summary>
/// Xlib ends the process when its server goes away (XSetIOErrorHandler), or when somebody else has destroyed its window (XSetErrorHandler),
/// whatever the program is about. While a guard is there, an action runs before the first, and the second is an action only. Does nothing
/// where there is no Xlib.
/// </summary>
internal sealed unsafe class DisplayGuard : IDisposable
{
    private const byte BadWindow = 3;
    private const byte BadDrawable = 9;
    private static Action? _lost;
    private static Action? _windowGone;
    private readonly delegate* unmanaged[Cdecl]<nint, nint> _setHandler;
    private readonly delegate* unmanaged[Cdecl]<nint, nint> _setErrorHandler;
    private readonly nint _before;
    private readonly nint _errorsBefore;

    /// <summary>Begins to guard; one at a time.</summary>
    /// <param name="lost">Called on the thread that uses the display, once.</param>
    /// <param name="windowGone">Called on that thread where a window of ours is no longer there, any number of times.</param>
    public DisplayGuard(Action lost, Action windowGone)
    {
        (_lost, _windowGone) = (lost, windowGone);
        if (OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libX11.so.6", out var library)
            && NativeLibrary.TryGetExport(library, "XSetIOErrorHandler", out var setHandler)
            && NativeLibrary.TryGetExport(library, "XSetErrorHandler", out var setErrorHandler))
        {
            _setErrorHandler = (delegate* unmanaged[Cdecl]<nint, nint>)setErrorHandler;
            _errorsBefore = _setErrorHandler((nint)(delegate* unmanaged[Cdecl]<nint, ErrorEvent*, int>)&OnError);
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
            _setErrorHandler(_errorsBefore);
        }

        (_lost, _windowGone) = (null, null);
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

    // Errors of one request, of which there is nothing else to be done: the next ones are as good as before.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnError(nint display, ErrorEvent* error)
    {
        if (error->Code is BadWindow or BadDrawable)
        {
            _windowGone?.Invoke();
        }

        return 0;
    }

    // XErrorEvent.
    [StructLayout(LayoutKind.Sequential)]
    private struct ErrorEvent
    {
        public int Type;
        public nint Display;
        public nuint Resource;
        public nuint Serial;
        public byte Code;
        public byte Request;
        public byte MinorCode;
    }
}
