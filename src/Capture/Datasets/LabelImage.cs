using OpenCvSharp;

namespace OpenSegR.Realtime.Capture.Datasets;

/// <summary>Reads the picture files of datasets: photos, single-channel label maps and colour-coded segment ids.</summary>
internal static class LabelImage
{
    /// <summary>Reads a label map of 8 or 16 bits.</summary>
    /// <param name="path">The file.</param>
    /// <param name="width">Width that it must have.</param>
    /// <param name="height">Height that it must have.</param>
    /// <param name="vocColours">Whether labels may be written as PASCAL VOC's colours, as the original maps are.</param>
    /// <param name="unlabelled">Value of pixels without a label: the largest that fits, 255 or 65535.</param>
    /// <exception cref="InputException">It cannot be read, has another size, or is no single-channel picture.</exception>
    public static unsafe ushort[] ReadLabels(string path, int width, int height, bool vocColours, out int unlabelled)
    {
        using var image = Open(path, ImreadModes.Unchanged);
        RequireSize(path, image, width, height);
        unlabelled = image.Depth() == MatType.CV_16U ? ushort.MaxValue : byte.MaxValue;
        var isColoured = vocColours && image.Channels() == 3 && image.Depth() == MatType.CV_8U;
        if (!isColoured && (image.Channels() != 1 || image.Depth() is not (MatType.CV_8U or MatType.CV_16U)))
        {
            throw new InputException($"'{path}' is no label map: it must have one channel of 8 or 16 bits");
        }

        var labels = new ushort[width * height];
        for (var y = 0; y < height; y++)
        {
            var row = (byte*)image.Data + (y * image.Step());
            for (var x = 0; x < width; x++)
            {
                labels[(y * width) + x] = isColoured ? VocLabel(path, row[(3 * x) + 2], row[(3 * x) + 1], row[3 * x])
                    : image.Depth() == MatType.CV_8U ? row[x] : ((ushort*)row)[x];
            }
        }

        return labels;
    }

    /// <summary>Reads a panoptic map in COCO's coding: id = red + 256 * green + 65536 * blue.</summary>
    /// <exception cref="InputException">It cannot be read or has another size.</exception>
    public static unsafe int[] ReadSegmentIds(string path, int width, int height)
    {
        using var image = Open(path, ImreadModes.Color);
        RequireSize(path, image, width, height);
        var ids = new int[width * height];
        for (var y = 0; y < height; y++)
        {
            var row = (byte*)image.Data + (y * image.Step());
            for (var x = 0; x < width; x++, row += 3)
            {
                ids[(y * width) + x] = row[2] + (256 * row[1]) + (65536 * row[0]);
            }
        }

        return ids;
    }

    /// <summary>
    /// The label behind a colour of PASCAL VOC's palette, whose channels take the bits of the label in turn, highest first (VOClabelcolormap in
    /// the VOC development kit).
    /// </summary>
    private static ushort VocLabel(string path, byte red, byte green, byte blue)
    {
        var label = 0;
        for (int bit = 7, shift = 0; bit >= 5; bit--, shift += 3)
        {
            label |= ((red >> bit & 1) | ((green >> bit & 1) << 1) | ((blue >> bit & 1) << 2)) << shift;
        }

        // A label has eight bits: the channels' lower bits are never set, nor is the ninth.
        return ((red | green | blue) & 0x1F) == 0 && label <= byte.MaxValue
            ? (ushort)label : throw new InputException($"'{path}' has the colour ({red}, {green}, {blue}), which is none of PASCAL VOC's");
    }

    private static Mat Open(string path, ImreadModes mode)
    {
        if (!File.Exists(path))
        {
            throw new InputException($"'{path}' is missing");
        }

        var image = Cv2.ImRead(path, mode);
        if (!image.Empty())
        {
            return image;
        }

        image.Dispose();
        throw new InputException($"'{path}' cannot be read as a picture: it is damaged or of an unknown format");
    }

    private static void RequireSize(string path, Mat image, int width, int height)
    {
        if (image.Cols != width || image.Rows != height)
        {
            throw new InputException($"'{path}' is {image.Cols}x{image.Rows}, its photo is {width}x{height}: they must have one size");
        }
    }
}
