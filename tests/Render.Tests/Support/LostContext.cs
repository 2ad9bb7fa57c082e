using System.Runtime.InteropServices;
using OpenSegR.Realtime.Render.Gl;
using Silk.NET.Core.Contexts;

namespace OpenSegR.Realtime.Tests;

/// <summary>A context whose graphics card fails when a test says so: what it is asked, it answers as a driver does then.</summary>
internal sealed unsafe class LostContext : IGLContext
{
    // Functions of OpenGL have no user data; contexts are made and used by one test at a time, each on its own thread.
    [ThreadStatic]
    private static uint _resetStatus;

    [ThreadStatic]
    private static uint _error;

    private readonly EglContext _real = Headless.Context();

    public LostContext() => (_resetStatus, _error) = (0, 0);

    public nint Handle => _real.Handle;

    public IGLContextSource? Source => null;

    public bool IsCurrent => _real.IsCurrent;

    /// <summary>From now on the card has been reset (GL_UNKNOWN_CONTEXT_RESET).</summary>
    public static void Reset() => _resetStatus = 0x8255;

    /// <summary>From now on calls report an error.</summary>
    public static void Fail(uint error) => _error = error;

    public nint GetProcAddress(string proc, int? slot = default) => TryGetProcAddress(proc, out var address) ? address : _real.GetProcAddress(proc);

    public bool TryGetProcAddress(string proc, out nint addr, int? slot = default)
    {
        addr = proc switch
        {
            "glGetGraphicsResetStatus" => (nint)(delegate* unmanaged<uint>)&GetResetStatus,
            "glGetError" => (nint)(delegate* unmanaged<uint>)&GetError,
            _ => _real.TryGetProcAddress(proc, out var real) ? real : 0,
        };
        return addr != 0;
    }

    public void SwapInterval(int interval) => _real.SwapInterval(interval);

    public void SwapBuffers() => _real.SwapBuffers();

    public void MakeCurrent() => _real.MakeCurrent();

    public void Clear() => _real.Clear();

    public void Dispose() => _real.Dispose();

    [UnmanagedCallersOnly]
    private static uint GetResetStatus() => _resetStatus;

    [UnmanagedCallersOnly]
    private static uint GetError() => _error;
}
