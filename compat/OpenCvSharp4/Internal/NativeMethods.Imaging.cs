using System.Runtime.InteropServices;

namespace OpenCvSharp.Internal;

internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library, EntryPoint = "segr_cv_imread", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ImRead(string path, int flags, out MatHandle result);

    [LibraryImport(Library, EntryPoint = "segr_cv_imwrite", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ImWrite(string path, MatHandle image, ReadOnlySpan<int> parameters, int count, out int written);

    [LibraryImport(Library, EntryPoint = "segr_cv_imdecode")]
    internal static partial int ImDecode(ReadOnlySpan<byte> bytes, int length, int flags, out MatHandle result);

    [LibraryImport(Library, EntryPoint = "segr_cv_imencode", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ImEncode(
        string extension, MatHandle image, ReadOnlySpan<int> parameters, int count, out BytesHandle bytes, out int encoded);

    [LibraryImport(Library, EntryPoint = "segr_cv_bytes_view")]
    internal static partial void BytesView(BytesHandle bytes, out byte* data, out long length);

    [LibraryImport(Library, EntryPoint = "segr_cv_bytes_delete")]
    internal static partial void BytesDelete(nint bytes);

    [LibraryImport(Library, EntryPoint = "segr_cv_have_image_reader", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int HaveImageReader(string path, out int have);

    [LibraryImport(Library, EntryPoint = "segr_cv_have_image_writer", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int HaveImageWriter(string path, out int have);

    [LibraryImport(Library, EntryPoint = "segr_cv_resize")]
    internal static partial int Resize(MatHandle src, MatHandle dst, Size size, double fx, double fy, int interpolation);

    [LibraryImport(Library, EntryPoint = "segr_cv_cvt_color")]
    internal static partial int CvtColor(MatHandle src, MatHandle dst, int code, int channels);

    [LibraryImport(Library, EntryPoint = "segr_cv_gaussian_blur")]
    internal static partial int GaussianBlur(MatHandle src, MatHandle dst, Size kernel, double sigmaX, double sigmaY, int border);

    [LibraryImport(Library, EntryPoint = "segr_cv_remap")]
    internal static partial int Remap(
        MatHandle src, MatHandle dst, MatHandle map1, MatHandle map2, int interpolation, int border, Scalar value);

    [LibraryImport(Library, EntryPoint = "segr_cv_line")]
    internal static partial int Line(MatHandle image, Point from, Point to, Scalar color, int thickness, int type, int shift);

    [LibraryImport(Library, EntryPoint = "segr_cv_rectangle")]
    internal static partial int Rectangle(MatHandle image, Rect rect, Scalar color, int thickness, int type, int shift);

    [LibraryImport(Library, EntryPoint = "segr_cv_circle")]
    internal static partial int Circle(MatHandle image, Point center, int radius, Scalar color, int thickness, int type, int shift);

    [LibraryImport(Library, EntryPoint = "segr_cv_put_text", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int PutText(
        MatHandle image, string text, Point origin, int font, double scale, Scalar color, int thickness, int type, int bottomLeft);

    [LibraryImport(Library, EntryPoint = "segr_cv_text_size", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int TextSize(string text, int font, double scale, int thickness, out int baseline, out Size size);
}
