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
    private GrayPyramid _now = new();
    private GrayPyramid _before = new();
    private FrameFormat? _format;
    private long _count;

    /// <summary>Motion of the newest frame; null before the second one, and after a change of size.</summary>
    public FlowField? Newest => _count > 1 ? _fields[(_count - 1) % Capacity] : null;

    /// <summary>Size of the motion fields.</summary>
    public (int Width, int Height) Size { get; private set; }

    /// <summary>Takes the next frame, which stays the caller's. Returns false where it has nothing in common with those before (another size).</summary>
    public bool Add(Frame frame)
    {
        (_now, _before) = (_before, _now);
        _now.Fill(frame);
        var continues = _format == frame.Format;
        if (!continues)
        {
            _format = frame.Format;
            _count = 0;
            Size = (Math.Max(1, _now[0].Width / 2), Math.Max(1, _now[0].Height / 2));
            // All at once (some 20 MB), so that nothing is allocated on the way.
            foreach (var each in _fields)
            {
                each.Resize(Size.Width, Size.Height);
            }
        }

        var field = _fields[_count % Capacity];
        field.FrameIndex = frame.Index;
        _colors[_count % Capacity].Fill(frame);
        _count++;
        if (_count > 1)
        {
            _flow.Run(_now, _before, field);
        }

        return continues;
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
        var oldest = Math.Max(1, _count - Capacity + 1);
        var position = _count;
        while (position > oldest && _fields[(position - 1) % Capacity].FrameIndex > frame)
        {
            position--;
        }

        return position;
    }
}
