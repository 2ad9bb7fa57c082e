using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Motion;

/// <summary>The motion of the last frames, from each to the one before it.</summary>
internal sealed class MotionHistory
{
    /// <summary>Frames kept. Masks that are older than that are moved as far as the history reaches.</summary>
    public const int Capacity = 128;

    private readonly ColorThumbnail[] _colors = [.. Enumerable.Range(0, Capacity).Select(_ => new ColorThumbnail())];
    private readonly FlowField[] _fields = [.. Enumerable.Range(0, Capacity).Select(_ => new FlowField())];
    private readonly PatchFlow _flow = new();
    private readonly FlowRepair _repair = new();
    private GrayPyramid _now = new();
    private GrayPyramid _before = new();
    private FrameFormat? _format;
    private readonly CutDetector _cuts = new();
    private long _count;
    // Position of the first frame of the scene; what is older has nothing to do with what is seen now.
    private long _first;

    /// <summary>Motion of the newest frame; null for the first one, and after a change of size or a cut.</summary>
    public FlowField? Newest => _count - 1 > _first ? _fields[(_count - 1) % Capacity] : null;

    /// <summary>The newest frame in colour.</summary>
    public ColorThumbnail NewestColors => _colors[(_count - 1) % Capacity];

    /// <summary>Size of the motion fields.</summary>
    public (int Width, int Height) Size { get; private set; }

    /// <summary>Index of the first frame of the scene: the last one that followed a cut, or <see cref="long.MinValue"/>.</summary>
    public long SceneStart { get; private set; } = long.MinValue;

    /// <summary>Takes the next frame, which stays the caller's.</summary>
    public FrameContinuity Add(Frame frame)
    {
        var continuity = FrameContinuity.Continues;
        if (_format != frame.Format)
        {
            Start(frame.Format);
            continuity = FrameContinuity.OtherSize;
        }

        (_now, _before) = (_before, _now);
        var (field, colors) = (_fields[_count % Capacity], _colors[_count % Capacity]);
        field.FrameIndex = frame.Index;
        colors.Fill(frame);
        _now.Fill(frame);
        _count++;
        if (_count == 1)
        {
            _cuts.Start(colors);
            return continuity;
        }

        _flow.Run(_now, _before, field);
        if (_cuts.IsCut(_now.OfField, _before.OfField, field, colors))
        {
            (_first, SceneStart) = (_count - 1, frame.Index);
            _flow.Reset();
            return FrameContinuity.Cut;
        }

        _repair.Run(field, colors, _colors[(_count - 2) % Capacity]);
        return continuity;
    }

    private void Start(FrameFormat format)
    {
        (_format, _count, _first) = (format, 0, 0);
        // All at once (some 30 MB), so that nothing is allocated on the way.
        for (var i = 0; i < Capacity; i++)
        {
            _colors[i].Resize(format);
            _fields[i].Resize(_colors[i].Width, _colors[i].Height);
        }

        Size = (_colors[0].Width, _colors[0].Height);
    }

    /// <summary>
    /// Chains the motion from one frame to another into a map. Of a frame that was not seen the one before it is taken; what is older than the
    /// history, its oldest.
    /// </summary>
    /// <param name="from">Index of the older frame.</param>
    /// <param name="to">Index of the newer frame; <see cref="long.MaxValue"/> for the newest.</param>
    /// <param name="map">Becomes the motion between the two.</param>
    public void Chain(long from, long to, MotionMap map)
    {
        map.Reset(Size.Width, Size.Height);
        for (var i = PositionAfter(from); i < _count && _fields[i % Capacity].FrameIndex <= to; i++)
        {
            map.Append(_fields[i % Capacity]);
        }
    }

    /// <summary>Colours of a frame, or of the nearest that was seen before it.</summary>
    public ColorThumbnail ColorsOf(long frame) => _colors[(PositionAfter(frame) - 1) % Capacity];

    // Position of the first frame behind the given one whose motion is known; the oldest of all has none, as there was no frame before it.
    private long PositionAfter(long frame)
    {
        var oldest = Math.Max(_first + 1, _count - Capacity + 1);
        var position = _count;
        while (position > oldest && _fields[(position - 1) % Capacity].FrameIndex > frame)
        {
            position--;
        }

        return position;
    }
}
