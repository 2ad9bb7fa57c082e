using System.Runtime.InteropServices;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Capture;

/// <summary>
/// Run-length encoding of all segments of a map at once, as COCO does it: pixels column by column, lengths of runs outside and inside the mask
/// in turn, beginning outside (maskApi.c of the COCO API describes the format). Memory is used again for the next frame.
/// </summary>
internal sealed class RunLengths
{
    private readonly List<List<int>> _counts = [];
    private readonly List<byte> _text = [];
    private int[] _ends = [];
    private int[] _areas = [];

    /// <summary>Encodes all segments of a map; values of <paramref name="segments"/> and above are no segment.</summary>
    public void Encode(SegmentMap map, int segments)
    {
        Reset(segments);
        var pixels = map.Pixels;
        var (width, height) = (map.Width, map.Height);
        var position = 0;
        var start = 0;
        var current = pixels[0];
        for (var x = 0; x < width; x++)
        {
            for (int y = 0, i = x; y < height; y++, i += width, position++)
            {
                if (pixels[i] != current)
                {
                    Add(current, start, position);
                    current = pixels[i];
                    start = position;
                }
            }
        }

        Add(current, start, position);
        for (var s = 0; s < segments; s++)
        {
            if (_ends[s] < position)
            {
                _counts[s].Add(position - _ends[s]);
            }
        }
    }

    /// <summary>The run lengths of one segment.</summary>
    public ReadOnlySpan<int> Counts(int segment) => CollectionsMarshal.AsSpan(_counts[segment]);

    /// <summary>Pixels of one segment.</summary>
    public int Area(int segment) => _areas[segment];

    /// <summary>
    /// The run lengths of one segment in COCO's compressed text: each as its difference to the last but one (from the fourth on), five bits a
    /// character from '0' on, the sixth says that more follow. Valid until the next call.
    /// </summary>
    public ReadOnlySpan<byte> Text(int segment)
    {
        _text.Clear();
        var counts = Counts(segment);
        for (var i = 0; i < counts.Length; i++)
        {
            var value = i > 2 ? counts[i] - counts[i - 2] : counts[i];
            bool more;
            do
            {
                var bits = value & 31;
                value >>= 5;
                // Done once what is left is only the sign that the last bit shows already.
                more = value != ((bits & 16) != 0 ? -1 : 0);
                _text.Add((byte)(48 + bits + (more ? 32 : 0)));
            }
            while (more);
        }

        return CollectionsMarshal.AsSpan(_text);
    }

    private void Add(ushort segment, int start, int end)
    {
        if (segment >= _areas.Length || segment == SegmentationResult.Void)
        {
            return;
        }

        var counts = _counts[segment];
        counts.Add(start - _ends[segment]);
        counts.Add(end - start);
        _ends[segment] = end;
        _areas[segment] += end - start;
    }

    private void Reset(int segments)
    {
        while (_counts.Count < segments)
        {
            _counts.Add([]);
        }

        if (_areas.Length != segments)
        {
            _areas = new int[segments];
            _ends = new int[segments];
        }

        Array.Clear(_areas);
        Array.Clear(_ends);
        for (var s = 0; s < segments; s++)
        {
            _counts[s].Clear();
        }
    }
}
