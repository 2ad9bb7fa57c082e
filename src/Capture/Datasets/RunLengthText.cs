using System.Collections;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Capture.Datasets;

/// <summary>Reads and writes single masks in COCO's compressed run lengths (maskApi.c of the COCO API describes the format).</summary>
internal static class RunLengthText
{
    /// <summary>Writes a mask.</summary>
    public static string Write(BinaryMask mask)
    {
        var map = new SegmentMap();
        map.Fill(mask, segment: 0, mask.Width, mask.Height);
        var runs = new RunLengths();
        runs.Encode(map, 1);
        return System.Text.Encoding.ASCII.GetString(runs.Text(0));
    }

    /// <summary>Reads a mask.</summary>
    /// <exception cref="FormatException">The text is no run lengths of a mask of this size.</exception>
    public static BinaryMask Read(string text, int width, int height)
    {
        var bits = new BitArray(width * height);
        Span<long> last = stackalloc long[2];
        last.Clear();
        long position = 0;
        var at = 0;
        for (var run = 0; at < text.Length; run++)
        {
            long value = Number(text, ref at);
            value += run > 2 ? last[run & 1] : 0;
            last[run & 1] = value;
            if (value < 0 || position + value > bits.Length)
            {
                throw new FormatException($"the run lengths of a mask do not fit {width}x{height} pixels");
            }

            for (var end = position + value; position < end; position++)
            {
                // Runs go down the columns; every second one is inside.
                if ((run & 1) == 1)
                {
                    bits[(int)((position % height * width) + (position / height))] = true;
                }
            }
        }

        return position == bits.Length
            ? new BinaryMask(width, height, bits) : throw new FormatException($"the run lengths of a mask end at pixel {position} of {bits.Length}");
    }

    private static long Number(string text, ref int at)
    {
        long value = 0;
        for (var shift = 0; ; shift += 5)
        {
            if (at >= text.Length || shift > 30 || text[at] is < '0' or > 'o')
            {
                throw new FormatException("the run lengths of a mask are damaged");
            }

            var bits = text[at++] - '0';
            value |= (long)(bits & 31) << shift;
            if ((bits & 32) == 0)
            {
                return (bits & 16) != 0 ? value | (-1L << (shift + 5)) : value;
            }
        }
    }
}
