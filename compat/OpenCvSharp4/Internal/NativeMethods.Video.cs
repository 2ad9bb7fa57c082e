using System.Runtime.InteropServices;

namespace OpenCvSharp.Internal;

internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library, EntryPoint = "segr_cv_flow_farneback")]
    internal static partial int FlowFarneback(MatHandle previous, MatHandle next, MatHandle flow, double pyramidScale, int levels, int window,
        int iterations, int polyN, double polySigma, int flags);

    [LibraryImport(Library, EntryPoint = "segr_cv_flow_pyr_lk")]
    internal static partial int FlowPyrLK(MatHandle previous, MatHandle next, MatHandle previousPoints, MatHandle nextPoints,
        MatHandle status, MatHandle error, Size window, int maxLevel, int criteriaType, int criteriaCount, double criteriaEpsilon,
        int flags, double minEigenvalue);

    [LibraryImport(Library, EntryPoint = "segr_cv_capture_new")]
    internal static partial int CaptureNew(out CaptureHandle result);

    [LibraryImport(Library, EntryPoint = "segr_cv_capture_delete")]
    internal static partial void CaptureDelete(nint capture);

    [LibraryImport(Library, EntryPoint = "segr_cv_capture_open_file", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int CaptureOpenFile(
        CaptureHandle capture, string path, int api, ReadOnlySpan<int> parameters, int count, out int opened);

    [LibraryImport(Library, EntryPoint = "segr_cv_capture_open_index")]
    internal static partial int CaptureOpenIndex(
        CaptureHandle capture, int index, int api, ReadOnlySpan<int> parameters, int count, out int opened);

    [LibraryImport(Library, EntryPoint = "segr_cv_capture_is_opened")]
    internal static partial int CaptureIsOpened(CaptureHandle capture, out int opened);

    [LibraryImport(Library, EntryPoint = "segr_cv_capture_release")]
    internal static partial int CaptureRelease(CaptureHandle capture);

    [LibraryImport(Library, EntryPoint = "segr_cv_capture_grab")]
    internal static partial int CaptureGrab(CaptureHandle capture, out int grabbed);

    [LibraryImport(Library, EntryPoint = "segr_cv_capture_retrieve")]
    internal static partial int CaptureRetrieve(CaptureHandle capture, MatHandle image, int flag, out int retrieved);

    [LibraryImport(Library, EntryPoint = "segr_cv_capture_read")]
    internal static partial int CaptureRead(CaptureHandle capture, MatHandle image, out int read);

    [LibraryImport(Library, EntryPoint = "segr_cv_capture_set")]
    internal static partial int CaptureSet(CaptureHandle capture, int property, double value, out int accepted);

    [LibraryImport(Library, EntryPoint = "segr_cv_capture_get")]
    internal static partial int CaptureGet(CaptureHandle capture, int property, out double value);

    [LibraryImport(Library, EntryPoint = "segr_cv_capture_backend")]
    internal static partial int CaptureBackend(CaptureHandle capture, byte* buffer, int size, out int length);

    [LibraryImport(Library, EntryPoint = "segr_cv_writer_new")]
    internal static partial int WriterNew(out WriterHandle result);

    [LibraryImport(Library, EntryPoint = "segr_cv_writer_delete")]
    internal static partial void WriterDelete(nint writer);

    [LibraryImport(Library, EntryPoint = "segr_cv_writer_open", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int WriterOpen(WriterHandle writer, string path, int api, int fourcc, double fps, Size size,
        ReadOnlySpan<int> parameters, int count, out int opened);

    [LibraryImport(Library, EntryPoint = "segr_cv_writer_is_opened")]
    internal static partial int WriterIsOpened(WriterHandle writer, out int opened);

    [LibraryImport(Library, EntryPoint = "segr_cv_writer_release")]
    internal static partial int WriterRelease(WriterHandle writer);

    [LibraryImport(Library, EntryPoint = "segr_cv_writer_write")]
    internal static partial int WriterWrite(WriterHandle writer, MatHandle image);

    [LibraryImport(Library, EntryPoint = "segr_cv_writer_set")]
    internal static partial int WriterSet(WriterHandle writer, int property, double value, out int accepted);

    [LibraryImport(Library, EntryPoint = "segr_cv_writer_get")]
    internal static partial int WriterGet(WriterHandle writer, int property, out double value);

    [LibraryImport(Library, EntryPoint = "segr_cv_writer_backend")]
    internal static partial int WriterBackend(WriterHandle writer, byte* buffer, int size, out int length);
}
