namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>
/// Writes 8-bit PNG files (ISO/IEC 15948). Labels must survive to the bit and the generator must run without native libraries, so it has its own.
/// </summary>
internal static class PngWriter
{
    /// <summary>Writes a picture under a temporary name, then renames it.</summary>
    /// <param name="path">Final name.</param>
    /// <param name="pixels">Rows without padding.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="channels">1 for grey, 3 for RGB.</param>
    public static void Write(string path, ReadOnlySpan<byte> pixels, int width, int height, int channels)
    {
        var file = new PngEncoder().Encode(pixels, width, height, channels == 3 ? PngPixels.Rgb24 : PngPixels.Gray8);
        var temporary = path + ".tmp";
        using (var stream = File.Create(temporary))
        {
            stream.Write(file);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
