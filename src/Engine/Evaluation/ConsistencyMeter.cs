namespace OpenSegR.Realtime.Evaluation;

/// <summary>
/// How steady predictions are over time. Neighbouring pictures of a video are compared at pixels that show the same point of the same segment
/// in both, which the truth tells: along the segment's movement where the dataset knows it, in place elsewhere where the truth is unchanged.
/// <para>
/// <b>Flicker</b> is the share of static pixels (the segment did not move; a thing that turns on the spot has not moved) whose predicted
/// class changed. <b>Motion IoU</b> is the mean intersection over union, by class, of the earlier prediction carried along the movement and the
/// later prediction, over all pixels compared.
/// </para>
/// Whether the predictions are right plays no part.
/// </summary>
public sealed class ConsistencyMeter
{
    private readonly ConfusionMatrix _carried;
    private string? _sequence;
    private int _width;
    private int[] _truth = [];
    private ushort[] _predicted = [];
    private ushort[] _carriedHere = [];

    /// <summary>Creates a meter for predictions of <paramref name="classCount"/> classes.</summary>
    public ConsistencyMeter(int classCount) => _carried = new ConfusionMatrix(classCount);

    /// <summary>Static pixels compared so far.</summary>
    public long StaticPixels { get; private set; }

    /// <summary>Static pixels whose class changed.</summary>
    public long ChangedPixels { get; private set; }

    /// <summary>Share of static pixels whose class changed, 0 to 1; NaN where there was nothing to compare.</summary>
    public double Flicker => StaticPixels == 0 ? double.NaN : ChangedPixels / (double)StaticPixels;

    /// <summary>Mean IoU of predictions carried along the movement, 0 to 1; NaN where there was nothing to compare.</summary>
    public double MotionIoU => _carried.Score().MeanIoU;

    /// <summary>Adds the next picture; one of another video, or of another size, starts anew.</summary>
    /// <param name="picture">The picture with its truth.</param>
    /// <param name="predicted">[pixels] predicted classes.</param>
    /// <exception cref="ArgumentException">The number of predictions is not that of the picture's pixels.</exception>
    public void Add(LabelledPicture picture, ReadOnlySpan<ushort> predicted)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var truth = picture.SegmentIds ?? Array.ConvertAll(picture.Classes, c => c == LabelledPicture.Ignored ? PanopticEvaluator.VoidId : c + 1);
        if (predicted.Length != truth.Length)
        {
            throw new ArgumentException($"{predicted.Length} predicted pixels do not fit {truth.Length} true ones", nameof(predicted));
        }

        if (picture.Sequence is not null && picture.Sequence == _sequence && _truth.Length == truth.Length && _width == picture.Frame.Width)
        {
            Compare(picture, truth, predicted);
        }

        (_sequence, _width, _truth, _predicted) = (picture.Sequence, picture.Frame.Width, truth, predicted.ToArray());
    }

    private void Compare(LabelledPicture picture, int[] truth, ReadOnlySpan<ushort> predicted)
    {
        var (width, height) = (picture.Frame.Width, picture.Frame.Height);
        if (_carriedHere.Length != truth.Length)
        {
            _carriedHere = new ushort[truth.Length];
        }

        Array.Fill(_carriedHere, LabelledPicture.Ignored);
        for (int y = 0, i = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++, i++)
            {
                var motion = SegmentMotion.None;
                if (truth[i] == PanopticEvaluator.VoidId || (picture.Motions is { } motions && !motions.TryGetValue(truth[i], out motion)))
                {
                    continue;
                }

                var isStill = motion.IsStill;
                var from = i;
                if (!isStill)
                {
                    // The pixel whose centre is nearest to where this one's centre was.
                    var fromX = (int)MathF.Floor((motion.Scale * (x + 0.5f)) + motion.X);
                    var fromY = (int)MathF.Floor((motion.Scale * (y + 0.5f)) + motion.Y);
                    if ((uint)fromX >= (uint)width || (uint)fromY >= (uint)height)
                    {
                        continue;
                    }

                    from = (fromY * width) + fromX;
                }

                if (_truth[from] != truth[i])
                {
                    continue;
                }

                _carriedHere[i] = _predicted[from];
                if (isStill)
                {
                    StaticPixels++;
                    ChangedPixels += _predicted[from] == predicted[i] ? 0 : 1;
                }
            }
        }

        _carried.Add(_carriedHere, predicted);
    }
}
