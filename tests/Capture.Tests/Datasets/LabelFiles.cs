using System.Runtime.InteropServices;
using OpenSegR.Realtime.Capture;

namespace OpenSegR.Realtime.Tests.Datasets;

/// <summary>Writes the files that datasets and predictions consist of.</summary>
internal static class LabelFiles
{
    public static void Gray8(string path, byte[] labels, int width, int height) => Write(path, labels, width, height, PngPixels.Gray8);

    public static void Gray16(string path, ushort[] labels, int width, int height) =>
        Write(path, MemoryMarshal.AsBytes(labels.AsSpan()), width, height, PngPixels.Gray16);

    /// <summary>Segment ids in COCO's coding.</summary>
    public static void Ids(string path, int[] ids, int width, int height) =>
        Rgb(path, [.. ids.SelectMany(id => new[] { (byte)id, (byte)(id >> 8), (byte)(id >> 16) })], width, height);

    public static void Rgb(string path, byte[] pixels, int width, int height) => Write(path, pixels, width, height, PngPixels.Rgb24);

    public static void Photo(string path, int width, int height) => Rgb(path, new byte[width * height * 3], width, height);

    public static void Text(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private static void Write(string path, ReadOnlySpan<byte> pixels, int width, int height, PngPixels layout)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, new PngEncoder().Encode(pixels, width, height, layout).ToArray());
    }
}
