using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Segmentation;

/// <summary>Area and bounding box of every value of a label map, gathered run by run.</summary>
internal sealed class SegmentStatistics
{
    private int[] _area = [];
    private PixelBox[] _box = [];

    /// <summary>Pixels that carry the value.</summary>
    public int Area(int value) => _area[value];

    /// <summary>Tight box around them; meaningless where the area is 0.</summary>
    public PixelBox Box(int value) => _box[value];

    /// <summary>Counts a whole map. Values at or above <paramref name="values"/> (void) are passed over.</summary>
    public void Count(ReadOnlySpan<ushort> labels, int width, int height, int values)
    {
        if (_area.Length < values)
        {
            _area = new int[values];
            _box = new PixelBox[values];
        }

        Array.Clear(_area, 0, values);
        for (var y = 0; y < height; y++)
        {
            var row = labels.Slice(y * width, width);
            for (var x = 0; x < width;)
            {
                var value = row[x];
                var length = row[x..].IndexOfAnyExcept(value);
                var end = length < 0 ? width : x + length;
                if (value < values)
                {
                    var box = _box[value];
                    _box[value] = _area[value] == 0
                        ? new PixelBox(x, y, end, y + 1)
                        : new PixelBox(Math.Min(box.Left, x), box.Top, Math.Max(box.Right, end), y + 1);
                    _area[value] += end - x;
                }

                x = end;
            }
        }
    }

    /// <summary>Adds the segments of a finished semantic label map: one for each class that has pixels, in the order of the classifier.</summary>
    /// <param name="classifier">The words in force.</param>
    /// <param name="scoreSums">[T] sum of the scores of each class's pixels.</param>
    /// <param name="result">The label map; gets the segments.</param>
    public void AddClasses(TextClassifier classifier, ReadOnlySpan<double> scoreSums, SegmentationResult result)
    {
        var vocabulary = classifier.Vocabulary;
        Count(result.Labels, result.Width, result.Height, vocabulary.Count);
        for (var t = 0; t < classifier.ClassIndex.Length; t++)
        {
            var index = classifier.ClassIndex[t];
            var area = Area(index);
            if (area > 0)
            {
                // A pixel's score is a sum over queries and may pass 1 where masks overlap.
                var score = (float)Math.Min(1.0, scoreSums[t] / area);
                result.Segments.Add(new Segment(result.Segments.Count + 1, index, vocabulary.Classes[index].IsThing, score, area, Box(index)));
            }
        }
    }

    /// <summary>Gives the segments of a finished panoptic label map their areas and boxes.</summary>
    public void MeasureSegments(SegmentationResult result)
    {
        Count(result.Labels, result.Width, result.Height, result.Segments.Count);
        for (var i = 0; i < result.Segments.Count; i++)
        {
            result.Segments[i] = result.Segments[i] with { Area = Area(i), Box = Box(i) };
        }
    }
}
