using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Motion;

/// <summary>
/// Keeps masks and moving pictures together. A network that is slower than its source delivers masks of frames that are long gone; this moves
/// them to where things are now, gives the same object the same number (<see cref="Segment.TrackId"/>) over time, and takes flicker out.
/// </summary>
/// <remarks>
/// <code>
/// tracker.Observe(frame);             every frame that is shown, in order
/// tracker.Update(masks);              whenever masks arrive, of this frame or of one observed before
/// tracker.Project(shown);             the masks for the frame observed last
/// </code>
/// Motion is measured from frame to frame on a small grey picture (<see cref="PatchFlow"/>) and chained from the frame of the masks to the
/// newest one. One thread calls it. A steady run allocates nothing.
/// </remarks>
public sealed class MaskTracker
{
    // Pictures in a row that a change needs where nothing is known of their rate, and at most.
    private const int UsualNeeded = 2;
    private const int MostNeeded = 5;

    private readonly MotionOptions _options;
    private readonly MotionHistory _history = new();
    private readonly MotionMap _between = new();
    private readonly MotionMap _toNewest = new();
    private readonly MotionMap _sinceSteady = new();
    private readonly SourceCheck _check = new();
    private readonly LabelStabilizer _stabilizer = new();
    private readonly SegmentMatcher _matcher = new();
    private readonly SegmentStatistics _statistics = new();
    private readonly List<Segment> _segments = [];
    // Classes, or slots of tracks, which mean the same from result to result.
    private ushort[] _labels = [];
    // Where the tracks are by motion in the frame of new masks.
    private ushort[] _expected = [];
    private ushort[] _slots = [];
    private readonly ushort[] _places = new ushort[SegmentMatcher.Capacity];
    // The masks are of a scene that a cut ended.
    private bool _isOver;
    // Nothing is known of the motion since the masks.
    private bool _isLost;
    private int _width;
    private int _height;
    private long _frameIndex = -1;
    private long _timestampUs;
    private (long Index, long TimestampUs) _newest;
    // The frame that what is damped belongs to.
    private (long Index, long TimestampUs) _steady;
    private SegmentationMode _mode;
    private Vocabulary _vocabulary = Vocabulary.Empty;

    /// <summary>Creates a tracker.</summary>
    public MaskTracker(MotionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
    }

    /// <summary>True once there are masks to project.</summary>
    public bool HasMasks => _width > 0;

    /// <summary>Takes the next frame, which stays the caller's. Frames come in order; their indices may have gaps.</summary>
    public void Observe(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var continuity = _history.Add(frame);
        _newest = (frame.Index, frame.TimestampUs);
        if (continuity == FrameContinuity.Continues)
        {
            if (HasMasks && _history.Newest is { } flow)
            {
                _toNewest.Append(flow);
                _check.Run(_toNewest, _history.NewestColors, flow.Noise);
            }

            return;
        }

        // Of another size nothing is known of the motion: the masks stay where they are until the next ones. After a cut there are none.
        _toNewest.Reset(_history.Size.Width, _history.Size.Height);
        _check.End();
        _stabilizer.Reset();
        _isLost = true;
        _isOver |= continuity == FrameContinuity.Cut;
    }

    /// <summary>Takes true masks; they stay the caller's, and their segments get their numbers. Masks older than those before are passed over.</summary>
    public void Update(SegmentationResult masks)
    {
        ArgumentNullException.ThrowIfNull(masks);
        if (HasMasks && masks.FrameIndex < _frameIndex)
        {
            return;
        }

        var isOver = masks.FrameIndex < _history.SceneStart;
        var isNew = !HasMasks || isOver || _isOver || masks.Mode != _mode || !ReferenceEquals(masks.Vocabulary, _vocabulary);
        if (isNew)
        {
            _stabilizer.Reset();
            _matcher.Reset();
            _segments.Clear();
        }

        var hasExpected = !isNew && !_isLost && masks.Kind == LabelKind.Segment && (masks.Width, masks.Height) == (_width, _height);
        if (hasExpected)
        {
            _history.Chain(_frameIndex, masks.FrameIndex, _between);
            _between.Move(_labels.AsSpan(0, _width * _height), _width, _height, _expected);
        }

        (_width, _height, _frameIndex, _timestampUs, _mode, _vocabulary) =
            (masks.Width, masks.Height, masks.FrameIndex, masks.TimestampUs, masks.Mode, masks.Vocabulary);
        _isLost = false;
        _isOver = isOver;
        if (isOver)
        {
            return;
        }

        if (_labels.Length < _width * _height)
        {
            _labels = new ushort[_width * _height];
            _expected = new ushort[_width * _height];
        }

        if (masks.Kind == LabelKind.Segment)
        {
            TakeSegments(masks, hasExpected);
        }
        else
        {
            TakeClasses(masks);
        }

        _history.Chain(_frameIndex, long.MaxValue, _toNewest);
        _check.Begin(_history.ColorsOf(_frameIndex));
        _check.Run(_toNewest, _history.NewestColors, _history.Newest?.Noise ?? 0);
    }

    /// <summary>Writes the masks for the frame observed last into <paramref name="shown"/>, which stays the caller's.</summary>
    /// <exception cref="InvalidOperationException">There were no masks yet.</exception>
    public void Project(SegmentationResult shown)
    {
        ArgumentNullException.ThrowIfNull(shown);
        if (!HasMasks)
        {
            throw new InvalidOperationException("there are no masks to project yet");
        }

        shown.Resize(_width, _height);
        shown.FrameIndex = _frameIndex;
        shown.TimestampUs = _timestampUs;
        shown.Mode = _mode;
        shown.Vocabulary = _vocabulary;
        shown.InstanceMasks.Clear();
        if (_isOver)
        {
            shown.Segments.Clear();
            shown.Labels.Fill(SegmentationResult.Void);
            return;
        }

        var labels = _labels.AsSpan(0, _width * _height);
        if (_options.Carry)
        {
            _toNewest.Move(labels, _width, _height, shown.Labels);
        }
        else
        {
            labels.CopyTo(shown.Labels);
        }

        if (_options.Smooth)
        {
            Steady(shown.Labels);
        }

        FillSegments(shown);
    }

    // Damps what is shown along the motion since it was shown last: masks that are carried with every frame, others with every mask.
    private void Steady(Span<ushort> labels)
    {
        (long Index, long TimestampUs) frame = _options.Carry ? _newest : (_frameIndex, _timestampUs);
        if (_stabilizer.Shown.Length == labels.Length && !_options.Carry && frame.Index == _steady.Index)
        {
            _stabilizer.Shown.CopyTo(labels);
            return;
        }

        if (_stabilizer.Shown.Length > 0)
        {
            _history.Chain(_steady.Index, frame.Index, _sinceSteady);
            _stabilizer.Move(_sinceSteady);
        }

        _stabilizer.Apply(labels, _width, _height, _sinceSteady, Needed(frame.TimestampUs - _steady.TimestampUs), _history.Newest?.Noise ?? 0);
        _steady = frame;
    }

    private static int Needed(long intervalUs) =>
        intervalUs <= 0 ? UsualNeeded : Math.Clamp((int)Math.Round(MotionOptions.SteadySeconds * 1e6 / intervalUs), 1, MostNeeded);

    private void TakeClasses(SegmentationResult masks)
    {
        masks.Labels.CopyTo(_labels);
        // Scores of the newest result; a class that only damping keeps has its last one.
        foreach (var segment in masks.Segments)
        {
            SetSegment(segment);
        }
    }

    // One entry a class, at most; it keeps its place.
    private void SetSegment(in Segment segment)
    {
        for (var i = 0; i < _segments.Count; i++)
        {
            if (_segments[i].ClassIndex == segment.ClassIndex)
            {
                _segments[i] = segment;
                return;
            }
        }

        _segments.Add(segment);
    }

    // Labels become slots of tracks.
    private void TakeSegments(SegmentationResult masks, bool hasExpected)
    {
        if (_slots.Length < masks.Segments.Count)
        {
            _slots = new ushort[2 * masks.Segments.Count];
        }

        var expected = hasExpected ? _expected.AsSpan(0, _width * _height) : [];
        _matcher.Match(masks, expected, _history.ColorsOf(masks.FrameIndex), _slots);
        var labels = _labels.AsSpan(0, _width * _height);
        var raw = masks.Labels;
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = raw[i] < masks.Segments.Count ? _slots[raw[i]] : SegmentationResult.Void;
        }

        // The result's own segments in its own order; those that only damping keeps follow when they are shown.
        _segments.Clear();
        _places.AsSpan().Fill(SegmentationResult.Void);
        for (var s = 0; s < masks.Segments.Count; s++)
        {
            Place(_slots[s]);
        }
    }

    /// <summary>The place of a track in the list of segments, where it is put if it is not there yet.</summary>
    private ushort Place(ushort slot)
    {
        if (slot >= _matcher.Used || _matcher[slot].Id == 0)
        {
            return SegmentationResult.Void;
        }

        if (_places[slot] == SegmentationResult.Void)
        {
            _places[slot] = (ushort)_segments.Count;
            _segments.Add(_matcher[slot].Segment with { Id = _segments.Count + 1 });
        }

        return _places[slot];
    }

    private void FillSegments(SegmentationResult shown)
    {
        shown.Segments.Clear();
        var byClass = shown.Kind == LabelKind.Class;
        if (!byClass)
        {
            foreach (ref var label in shown.Labels)
            {
                label = Place(label);
            }
        }

        _statistics.Count(shown.Labels, _width, _height, byClass ? _vocabulary.Count : _segments.Count);
        for (var i = 0; i < _segments.Count; i++)
        {
            var value = byClass ? _segments[i].ClassIndex : i;
            var area = _statistics.Area(value);
            // A label names a segment by its place, so a segment that went out of the picture keeps its place.
            if (area > 0 || !byClass)
            {
                shown.Segments.Add(_segments[i] with
                {
                    Id = shown.Segments.Count + 1,
                    Area = area,
                    Box = area > 0 ? _statistics.Box(value) : default,
                });
            }
        }
    }
}
