using System.Runtime.InteropServices;
using Silk.NET.Core.Contexts;
using Silk.NET.Core.Loader;

namespace OpenSegR.Realtime.Render.Gl;

/// <summary>
/// An OpenGL context without a window or a display server: on the first graphics card that gives one, otherwise on Mesa's software
/// rasteriser. OpenGL 3.3 core is asked for first, then OpenGL ES 3.0. The context is current on no thread when it is returned.
/// </summary>
public sealed unsafe class EglContext : IGLContext
{
    private readonly nint _display;
    private readonly nint _surface;
    private nint _context;

    private EglContext(nint display, nint context, nint surface, bool isEs, string platform)
    {
        _display = display;
        _context = context;
        _surface = surface;
        IsEs = isEs;
        Platform = platform;
    }

    /// <summary>True for OpenGL ES, false for desktop OpenGL.</summary>
    public bool IsEs { get; }

    /// <summary>How the context was found: "device 0", "surfaceless" or "default display".</summary>
    public string Platform { get; }

    /// <inheritdoc/>
    public nint Handle => _context;

    /// <inheritdoc/>
    public IGLContextSource? Source => null;

    /// <inheritdoc/>
    public bool IsCurrent => _context != 0 && Egl.GetCurrentContext() == _context;

    /// <summary>Creates a context.</summary>
    /// <exception cref="InputException">No OpenGL is to be had; the message says what was tried.</exception>
    public static EglContext Create() => Create(preferEs: false);

    /// <summary>Creates a context, OpenGL ES first if <paramref name="preferEs"/> is set.</summary>
    /// <exception cref="InputException">No OpenGL is to be had; the message says what was tried.</exception>
    internal static EglContext Create(bool preferEs)
    {
        var tried = new List<string>();
        try
        {
            foreach (var (display, platform) in Displays())
            {
                if (display == 0 || Egl.Initialize(display, null, null) == 0)
                {
                    tried.Add($"{platform}: no display");
                    continue;
                }

                var context = TryCreate(display, platform, es: preferEs) ?? TryCreate(display, platform, es: !preferEs);
                if (context is not null)
                {
                    return context;
                }

                tried.Add($"{platform}: neither OpenGL 3.3 nor OpenGL ES 3.0");
                _ = Egl.Terminate(display);
            }
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new InputException("no OpenGL: libEGL.so.1 cannot be loaded (install libegl1 and libgl1-mesa-dri)", e);
        }

        throw new InputException($"no OpenGL: EGL gives no context ({string.Join("; ", tried)})");
    }

    /// <inheritdoc/>
    public void MakeCurrent()
    {
        ObjectDisposedException.ThrowIf(_context == 0, this);
        // The bound API is a property of the calling thread, so it is set wherever the context goes.
        _ = Egl.BindApi(IsEs ? Egl.OpenGlEsApi : Egl.OpenGlApi);
        if (Egl.MakeCurrent(_display, _surface, _surface, _context) == 0)
        {
            throw new SegrException($"the OpenGL context cannot be used on this thread (EGL error 0x{Egl.GetError():X4}): is it current on another?");
        }
    }

    /// <inheritdoc/>
    public void Clear() => _ = Egl.MakeCurrent(_display, 0, 0, 0);

    /// <summary>Does nothing: there is no screen.</summary>
    public void SwapInterval(int interval)
    {
    }

    /// <summary>Does nothing: there is no screen.</summary>
    public void SwapBuffers()
    {
    }

    /// <inheritdoc/>
    public nint GetProcAddress(string proc, int? slot = default) =>
        TryGetProcAddress(proc, out var address) ? address : throw new SymbolLoadingException(proc);

    /// <inheritdoc/>
    public bool TryGetProcAddress(string proc, out nint addr, int? slot = default)
    {
        addr = Egl.GetProcAddress(proc);
        return addr != 0;
    }

    /// <summary>Destroys the context. It must not be current on another thread.</summary>
    public void Dispose()
    {
        if (_context == 0)
        {
            return;
        }

        if (IsCurrent)
        {
            Clear();
        }

        _ = Egl.DestroyContext(_display, _context);
        if (_surface != 0)
        {
            _ = Egl.DestroySurface(_display, _surface);
        }

        // The display is shared by every context of the process, so it is left initialised.
        _context = 0;
    }

    private static EglContext? TryCreate(nint display, string platform, bool es)
    {
        if (Egl.BindApi(es ? Egl.OpenGlEsApi : Egl.OpenGlApi) == 0)
        {
            return null;
        }

        nint config;
        var configCount = 0;
        var configAttributes = stackalloc int[]
        {
            Egl.SurfaceType, Egl.PbufferBit, Egl.RenderableType, es ? Egl.OpenGlEs3Bit : Egl.OpenGlBit, Egl.None,
        };
        if (Egl.ChooseConfig(display, configAttributes, &config, 1, &configCount) == 0 || configCount == 0)
        {
            return null;
        }

        // To be told of a reset of the graphics card is asked for first; not every driver can tell.
        var desktop = stackalloc int[]
        {
            Egl.ContextMajorVersion, 3, Egl.ContextMinorVersion, 3, Egl.ContextProfileMask, Egl.ContextCoreProfileBit,
            Egl.ResetNotificationStrategy, Egl.LoseContextOnReset, Egl.None,
        };
        var embedded = stackalloc int[]
        {
            Egl.ContextMajorVersion, 3, Egl.ContextMinorVersion, 0, Egl.ResetNotificationStrategy, Egl.LoseContextOnReset, Egl.None,
        };
        var context = Egl.CreateContext(display, config, 0, es ? embedded : desktop);
        if (context == 0)
        {
            (es ? embedded + 4 : desktop + 6)[0] = Egl.None;
            context = Egl.CreateContext(display, config, 0, es ? embedded : desktop);
        }

        if (context == 0)
        {
            return null;
        }

        nint surface = 0;
        if (!HasExtension(Egl.QueryString(display, Egl.Extensions), "EGL_KHR_surfaceless_context"))
        {
            var size = stackalloc int[] { Egl.Width, 1, Egl.Height, 1, Egl.None };
            surface = Egl.CreatePbufferSurface(display, config, size);
        }

        return new EglContext(display, context, surface, es, platform);
    }

    /// <summary>The displays worth trying, graphics cards first.</summary>
    private static List<(nint Display, string Platform)> Displays()
    {
        const int MaxDevices = 16;
        var displays = new List<(nint, string)>();
        var extensions = Egl.QueryString(0, Egl.Extensions);
        var getPlatformDisplay = (delegate* unmanaged<int, nint, int*, nint>)Egl.GetProcAddress("eglGetPlatformDisplayEXT");
        if (getPlatformDisplay != null)
        {
            var queryDevices = (delegate* unmanaged<int, nint*, int*, uint>)Egl.GetProcAddress("eglQueryDevicesEXT");
            var queryDeviceString = (delegate* unmanaged<nint, int, nint>)Egl.GetProcAddress("eglQueryDeviceStringEXT");
            if (HasExtension(extensions, "EGL_EXT_platform_device") && queryDevices != null && queryDeviceString != null)
            {
                var devices = stackalloc nint[MaxDevices];
                var count = 0;
                if (queryDevices(MaxDevices, devices, &count) != 0)
                {
                    for (var i = 0; i < count; i++)
                    {
                        var about = Marshal.PtrToStringUTF8(queryDeviceString(devices[i], Egl.Extensions)) ?? "";
                        // Mesa lists its software rasteriser as a device too; it is reached as "surfaceless" below.
                        if (!HasExtension(about, "EGL_MESA_device_software"))
                        {
                            displays.Add((getPlatformDisplay(Egl.PlatformDevice, devices[i], null), $"device {i}"));
                        }
                    }
                }
            }

            if (HasExtension(extensions, "EGL_MESA_platform_surfaceless"))
            {
                displays.Add((getPlatformDisplay(Egl.PlatformSurfaceless, 0, null), "surfaceless"));
            }
        }

        displays.Add((Egl.GetDisplay(0), "default display"));
        return displays;
    }

    private static bool HasExtension(string list, string name) => list.Split(' ').Contains(name, StringComparer.Ordinal);
}
