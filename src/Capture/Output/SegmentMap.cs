using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Capture;

/// <summary>
/// The masks of one frame at the frame's own size: for each pixel the position of its segment in <see cref="SegmentationResult.Segments"/>, or
/// <see cref="SegmentationResult.Void"/>. Its memory is used again for the next frame.
/// </summary>
internal sealed class SegmentMap
{
    private ushort[] _pixels = [];
    private ushort[] _segmentOfClass = [];
    private int[] _columns = [];

    /// <summary>Width in pixels.</summary>
    public int Width { get; private set; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; private set; }

    /// <summary>The map, row by row.</summary>
    public ReadOnlySpan<ushort> Pixels => _pixels.AsSpan(0, Width * Height);

    /// <summary>Takes over the label map of a result, nearest neighbour where the sizes differ.</summary>
    public void Fill(SegmentationResult result, int width, int height)
    {
        Resize(width, height);
        var toSegment = result.Kind == LabelKind.Class ? SegmentOfClass(result) : null;
        PrepareColumns(result.Width);
        for (var y = 0; y < height; y++)
        {
            var source = result.Labels.Slice(RowOf(y, result.Height) * result.Width, result.Width);
            var target = _pixels.AsSpan(y * width, width);
            for (var x = 0; x < target.Length; x++)
            {
                var label = source[_columns[x]];
                target[x] = toSegment is null ? ValidOrVoid(label, result.Segments.Count)
                    : label < toSegment.Length ? toSegment[label] : SegmentationResult.Void;
            }
        }
    }

    /// <summary>Takes over one mask of instance mode, whose pixels get the value <paramref name="segment"/>.</summary>
    public void Fill(BinaryMask mask, ushort segment, int width, int height)
    {
        Resize(width, height);
        PrepareColumns(mask.Width);
        for (var y = 0; y < height; y++)
        {
            var row = RowOf(y, mask.Height);
            var target = _pixels.AsSpan(y * width, width);
            for (var x = 0; x < target.Length; x++)
            {
                target[x] = mask[_columns[x], row] ? segment : SegmentationResult.Void;
            }
        }
    }

    // The pixel whose area holds the centre of the wanted one.
    private int RowOf(int y, int sourceHeight) => (int)(((2L * y) + 1) * sourceHeight / (2L * Height));

    private void PrepareColumns(int sourceWidth)
    {
        for (var x = 0; x < Width; x++)
        {
            _columns[x] = (int)(((2L * x) + 1) * sourceWidth / (2L * Width));
        }
    }

    private void Resize(int width, int height)
    {
        var count = checked(width * height);
        if (_pixels.Length < count)
        {
            _pixels = new ushort[count];
        }

        if (_columns.Length < width)
        {
            _columns = new int[width];
        }

        Width = width;
        Height = height;
    }

    private ushort[] SegmentOfClass(SegmentationResult result)
    {
        var classes = result.Vocabulary.Count;
        if (_segmentOfClass.Length != classes)
        {
            _segmentOfClass = new ushort[classes];
        }

        Array.Fill(_segmentOfClass, SegmentationResult.Void);
        for (var i = 0; i < result.Segments.Count; i++)
        {
            if ((uint)result.Segments[i].ClassIndex < (uint)classes)
            {
                _segmentOfClass[result.Segments[i].ClassIndex] = (ushort)i;
            }
        }

        return _segmentOfClass;
    }

    private static ushort ValidOrVoid(ushort label, int segments) => label < segments ? label : SegmentationResult.Void;
}
