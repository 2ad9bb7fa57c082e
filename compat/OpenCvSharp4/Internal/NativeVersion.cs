using System.Reflection;
using System.Runtime.InteropServices;

namespace OpenCvSharp.Internal;

/// <summary>Sees to it that a libsegr_opencv left from an older build is refused, in one line, before any of its functions is called.</summary>
internal static unsafe class NativeVersion
{
    /// <summary>Version of native/opencv/segr_opencv.h that this code calls.</summary>
    internal const int Needed = 1;

    /// <summary>Throws unless a library has the version that is needed.</summary>
    /// <param name="library">The library.</param>
    /// <exception cref="DllNotFoundException">It has another one, or none.</exception>
    internal static void Require(nint library)
    {
        var version = NativeLibrary.TryGetExport(library, "segr_cv_version", out var function) ? ((delegate* unmanaged<int>)function)() : 0;
        if (version != Needed)
        {
            throw new DllNotFoundException(
                $"{Path.Combine(AppContext.BaseDirectory, "libsegr_opencv.so")} has version {version} of its interface, this program needs {Needed}");
        }
    }

    /// <summary>Has the library looked at when it is loaded.</summary>
    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(NativeVersion).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != NativeMethods.Library || !NativeLibrary.TryLoad(name, assembly, searchPath, out var library))
        {
            // Looked for as ever, which says what is missing.
            return 0;
        }

        Require(library);
        return library;
    }
}
