using System.Text;
using System.Text.Json;
using OpenCvSharp;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Capture;

/// <summary>Reads and writes single pictures. Files appear under their final names when they are complete.</summary>
public static class PictureFile
{
    /// <summary>Reads a picture as blue, green, red. The caller owns the frame.</summary>
    /// <exception cref="InputException">The file is missing, no picture, damaged, or too large.</exception>
    public static Frame Read(string path, FramePool pool)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(pool);
        if (!File.Exists(path))
        {
            throw new InputException(Directory.Exists(path) ? $"'{path}' is a folder, a picture file is needed" : $"there is no picture '{path}'");
        }

        using var image = Cv2.ImRead(path, ImreadModes.Color);
        if (image.Empty())
        {
            throw new InputException($"'{path}' cannot be read as a picture: it is damaged or of an unknown format");
        }

        var frame = FrameMat.Copy(image, pool);
        frame.Name = Path.GetFileName(path);
        return frame;
    }

    /// <summary>Writes a picture in the format that its name ends with (.png, .jpg, .bmp, ...). Creates the folder.</summary>
    /// <param name="frame">The picture, in <see cref="PixelFormat.Bgr24"/>; it stays the caller's.</param>
    /// <param name="path">The file; an older one is replaced.</param>
    /// <exception cref="InputException">The file cannot be written or the format is unknown.</exception>
    public static void Write(Frame frame, string path)
    {
        ArgumentNullException.ThrowIfNull(frame);
        using var image = FrameMat.Over(frame);
        Write(image, path);
    }

    /// <summary>
    /// Writes a label map as a 16-bit PNG, <see cref="SegmentationResult.Void"/> where nothing is, and what its values mean beside it, in a
    /// file of the same name that ends with ".json".
    /// </summary>
    /// <exception cref="InputException">A file cannot be written, or the name does not end with ".png".</exception>
    public static unsafe void WriteLabels(SegmentationResult result, string path)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (!path.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
        {
            throw new InputException($"'{path}': a label map is a 16-bit PNG, give a name that ends with .png");
        }

        fixed (ushort* labels = result.Labels)
        {
            using var image = Mat.FromPixelData(result.Height, result.Width, MatType.CV_16UC1, (nint)labels, result.Width * sizeof(ushort));
            Write(image, path);
        }

        var legend = new PartialFile(Path.ChangeExtension(path, ".json"));
        legend.Create();
        try
        {
            File.WriteAllText(legend.GrowingPath, Legend(result), new UTF8Encoding(false));
            legend.Commit();
        }
        catch (IOException e)
        {
            legend.Discard();
            throw new InputException($"cannot write '{legend.Path}': {e.Message}", e);
        }
    }

    private static void Write(Mat image, string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot write '{path}': {e.Message}", e);
        }

        var file = new PartialFile(path);
        file.Create();
        try
        {
            if (!Cv2.ImWrite(file.GrowingPath, image))
            {
                throw new InputException($"cannot write '{path}': the disk is full or the folder is read-only");
            }

            file.Commit();
        }
        catch (OpenCVException e)
        {
            throw new InputException($"cannot write '{path}' as '{Path.GetExtension(path)}': use .png or .jpg", e);
        }
        finally
        {
            file.Discard();
        }
    }

    private static string Legend(SegmentationResult result)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("values", result.Kind == LabelKind.Class ? "classes" : "segments");
            json.WriteNumber("void", SegmentationResult.Void);
            json.WriteStartArray("legend");
            foreach (var (segment, i) in result.Segments.Select((s, i) => (s, i)))
            {
                json.WriteStartObject();
                json.WriteNumber("value", result.Kind == LabelKind.Class ? segment.ClassIndex : i);
                json.WriteString("class", result.Vocabulary.Classes[segment.ClassIndex].FullName);
                json.WriteBoolean("thing", segment.IsThing);
                json.WriteNumber("score", segment.Score);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }
}
