using System.Runtime.InteropServices;

namespace OpenCvSharp.Internal;

internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library, EntryPoint = "segr_cv_mat_new")]
    internal static partial int MatNew(out MatHandle result);

    [LibraryImport(Library, EntryPoint = "segr_cv_mat_new_size")]
    internal static partial int MatNewSize(int rows, int cols, int type, out MatHandle result);

    [LibraryImport(Library, EntryPoint = "segr_cv_mat_new_scalar")]
    internal static partial int MatNewScalar(int rows, int cols, int type, Scalar value, out MatHandle result);

    [LibraryImport(Library, EntryPoint = "segr_cv_mat_new_data")]
    internal static partial int MatNewData(int rows, int cols, int type, nint data, long step, out MatHandle result);

    [LibraryImport(Library, EntryPoint = "segr_cv_mat_new_roi")]
    internal static partial int MatNewRoi(MatHandle mat, Rect roi, out MatHandle result);

    [LibraryImport(Library, EntryPoint = "segr_cv_mat_delete")]
    internal static partial void MatDelete(nint mat);

    [LibraryImport(Library, EntryPoint = "segr_cv_mat_info"), SuppressGCTransition]
    internal static partial void MatInfo(MatHandle mat, out MatInfo info);

    [LibraryImport(Library, EntryPoint = "segr_cv_mat_create")]
    internal static partial int MatCreate(MatHandle mat, int rows, int cols, int type);

    [LibraryImport(Library, EntryPoint = "segr_cv_mat_clone")]
    internal static partial int MatClone(MatHandle mat, out MatHandle result);

    [LibraryImport(Library, EntryPoint = "segr_cv_mat_copy_to")]
    internal static partial int MatCopyTo(MatHandle mat, MatHandle target, MatHandle mask);

    [LibraryImport(Library, EntryPoint = "segr_cv_mat_convert_to")]
    internal static partial int MatConvertTo(MatHandle mat, MatHandle target, int type, double alpha, double beta);

    [LibraryImport(Library, EntryPoint = "segr_cv_mat_set_to")]
    internal static partial int MatSetTo(MatHandle mat, Scalar value, MatHandle mask);

    [LibraryImport(Library, EntryPoint = "segr_cv_flip")]
    internal static partial int Flip(MatHandle src, MatHandle dst, int code);

    [LibraryImport(Library, EntryPoint = "segr_cv_rotate")]
    internal static partial int Rotate(MatHandle src, MatHandle dst, int code);

    [LibraryImport(Library, EntryPoint = "segr_cv_absdiff")]
    internal static partial int Absdiff(MatHandle a, MatHandle b, MatHandle dst);

    [LibraryImport(Library, EntryPoint = "segr_cv_extract_channel")]
    internal static partial int ExtractChannel(MatHandle src, MatHandle dst, int channel);

    [LibraryImport(Library, EntryPoint = "segr_cv_copy_make_border")]
    internal static partial int CopyMakeBorder(MatHandle src, MatHandle dst, int top, int bottom, int left, int right, int border, Scalar value);

    [LibraryImport(Library, EntryPoint = "segr_cv_set_num_threads")]
    internal static partial int SetNumThreads(int count);

    [LibraryImport(Library, EntryPoint = "segr_cv_get_num_threads")]
    internal static partial int GetNumThreads(out int count);

    [LibraryImport(Library, EntryPoint = "segr_cv_version_string")]
    internal static partial int VersionString(byte* buffer, int size, out int length);

    [LibraryImport(Library, EntryPoint = "segr_cv_build_information")]
    internal static partial int BuildInformation(byte* buffer, int size, out int length);
}
