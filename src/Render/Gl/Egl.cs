using System.Runtime.InteropServices;

namespace OpenSegR.Realtime.Render.Gl;

/// <summary>The part of EGL 1.5 that a context without a window needs, as it is in C (libEGL.so.1).</summary>
internal static unsafe partial class Egl
{
    public const int None = 0x3038;
    public const int Extensions = 0x3055;
    public const int SurfaceType = 0x3033;
    public const int PbufferBit = 0x0001;
    public const int RenderableType = 0x3040;
    public const int OpenGlBit = 0x0008;
    public const int OpenGlEs3Bit = 0x0040;
    public const int Width = 0x3057;
    public const int Height = 0x3056;
    public const int OpenGlApi = 0x30A2;
    public const int OpenGlEsApi = 0x30A0;
    public const int ContextMajorVersion = 0x3098;
    public const int ContextMinorVersion = 0x30FB;
    public const int ContextProfileMask = 0x30FD;
    public const int ContextCoreProfileBit = 0x0001;
    public const int ResetNotificationStrategy = 0x31BD;
    public const int LoseContextOnReset = 0x31BF;
    public const int PlatformDevice = 0x313F;
    public const int PlatformSurfaceless = 0x31DD;

    private const string Library = "libEGL.so.1";

    [LibraryImport(Library, EntryPoint = "eglGetProcAddress", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint GetProcAddress(string name);

    [LibraryImport(Library, EntryPoint = "eglQueryString")]
    private static partial nint QueryStringPointer(nint display, int name);

    [LibraryImport(Library, EntryPoint = "eglGetDisplay")]
    public static partial nint GetDisplay(nint nativeDisplay);

    [LibraryImport(Library, EntryPoint = "eglInitialize")]
    public static partial uint Initialize(nint display, int* major, int* minor);

    [LibraryImport(Library, EntryPoint = "eglTerminate")]
    public static partial uint Terminate(nint display);

    [LibraryImport(Library, EntryPoint = "eglBindAPI")]
    public static partial uint BindApi(int api);

    [LibraryImport(Library, EntryPoint = "eglChooseConfig")]
    public static partial uint ChooseConfig(nint display, int* attributes, nint* configs, int configSize, int* configCount);

    [LibraryImport(Library, EntryPoint = "eglCreateContext")]
    public static partial nint CreateContext(nint display, nint config, nint share, int* attributes);

    [LibraryImport(Library, EntryPoint = "eglDestroyContext")]
    public static partial uint DestroyContext(nint display, nint context);

    [LibraryImport(Library, EntryPoint = "eglCreatePbufferSurface")]
    public static partial nint CreatePbufferSurface(nint display, nint config, int* attributes);

    [LibraryImport(Library, EntryPoint = "eglDestroySurface")]
    public static partial uint DestroySurface(nint display, nint surface);

    [LibraryImport(Library, EntryPoint = "eglMakeCurrent")]
    public static partial uint MakeCurrent(nint display, nint draw, nint read, nint context);

    [LibraryImport(Library, EntryPoint = "eglGetCurrentContext")]
    public static partial nint GetCurrentContext();

    [LibraryImport(Library, EntryPoint = "eglReleaseThread")]
    public static partial uint ReleaseThread();

    [LibraryImport(Library, EntryPoint = "eglGetError")]
    public static partial int GetError();

    /// <summary>A text of a display, or of EGL itself where <paramref name="display"/> is 0; empty where there is none.</summary>
    public static string QueryString(nint display, int name) => Marshal.PtrToStringUTF8(QueryStringPointer(display, name)) ?? "";
}
