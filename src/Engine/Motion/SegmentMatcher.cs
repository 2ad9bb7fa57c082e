using System.Numerics;
using System.Runtime.InteropServices;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Motion;

/// <summary>
/// Gives the segments of each new result the numbers that the same objects had before. A segment and a track belong together by how far
/// the segment covers what the track's mask became by motion (intersection over union) and by colour; a track that was hidden for a while
/// is found again by class, colour and place; one that was lost a moment ago also under another class. Pairs are taken best first.
/// </summary>
internal sealed class SegmentMatcher
{
    /// <summary>Most objects that are followed at once; further segments go without a number.</summary>
    public const int Capacity = 512;

    // A lost track is remembered for so many masks and for so long, whichever is longer.
    private const int Memory = 15;
    private const long MemoryUs = 2_000_000;
    private const float LeastOverlap = 0.1f;
    // Above this overlap a segment is the same object even where the network now calls it something else.
    private const float CertainOverlap = 0.5f;
    private const float ColorScale = 40f;
    // Share of the smaller of segment and track that the other covers, where one of them is half hidden.
    private const float LeastContained = 0.6f;
    private const float LeastLikeness = 0.3f;
    // What is found again within this time may have another class, if box and colour are as alike as this.
    private const long ReturnUs = 1_000_000;
    private const float LeastReturnedOverlap = 0.4f;
    private const float LeastReturnedLikeness = 0.4f;
    // Pixels of the label map within which even a sliver is looked for.
    private const float LeastReach = 6;
    // Frames over which a hidden object is taken to go on as it did.
    private const float MostPredicted = 30;

    private readonly Track[] _tracks = new Track[Capacity];
    private readonly List<(float Score, int Segment, int Track)> _pairs = [];
    private int[] _overlap = [];
    private int[] _trackArea = [];
    private Vector3[] _colors = [];
    private int[] _counts = [];
    private int[] _trackOf = [];
    private long _frameIndex;
    private long _timestampUs;
    private int _lastId;
    private int _used;

    /// <summary>The track in a slot.</summary>
    public ref readonly Track this[int slot] => ref _tracks[slot];

    /// <summary>Slots that may be in use: 0 to this - 1.</summary>
    public int Used => _used;

    /// <summary>Forgets all tracks; numbers go on.</summary>
    public void Reset()
    {
        Array.Clear(_tracks);
        _used = 0;
    }

    /// <summary>Matches a result's segments and writes the track's number into each.</summary>
    /// <param name="result">Its labels are segments.</param>
    /// <param name="expected">Where each track should be by motion: its slot, or void; empty where nothing is known.</param>
    /// <param name="colors">The frame of the result in colour.</param>
    /// <param name="slots">Filled with the slot of each segment; void where there is none.</param>
    public void Match(SegmentationResult result, ReadOnlySpan<ushort> expected, ColorThumbnail colors, Span<ushort> slots)
    {
        (_frameIndex, _timestampUs) = (result.FrameIndex, result.TimestampUs);
        var segments = result.Segments.Count;
        Prepare(segments);
        Measure(result, expected, colors);
        FindPairs(result, expected.Length > 0);
        _trackOf.AsSpan(0, segments).Fill(-1);
        for (var slot = 0; slot < _used; slot++)
        {
            _tracks[slot].Missed++;
        }

        _pairs.Sort(static (a, b) => b.Score.CompareTo(a.Score));
        foreach (var (_, segment, track) in CollectionsMarshal.AsSpan(_pairs))
        {
            if (_trackOf[segment] < 0 && _tracks[track].Missed > 0)
            {
                _trackOf[segment] = track;
                _tracks[track].Missed = 0;
            }
        }

        for (var s = 0; s < segments; s++)
        {
            slots[s] = Settle(result, s);
        }

        Forget();
    }

    private void Prepare(int segments)
    {
        var needed = Math.Max(1, segments) * Math.Max(1, _used);
        if (_overlap.Length < needed)
        {
            _overlap = new int[2 * needed];
        }

        if (_colors.Length < segments)
        {
            _colors = new Vector3[2 * segments];
            _counts = new int[2 * segments];
            _trackOf = new int[2 * segments];
        }

        if (_trackArea.Length < Capacity)
        {
            _trackArea = new int[Capacity];
        }

        Array.Clear(_overlap, 0, needed);
        Array.Clear(_trackArea);
        Array.Clear(_colors, 0, segments);
        Array.Clear(_counts, 0, segments);
    }

    private void Measure(SegmentationResult result, ReadOnlySpan<ushort> expected, ColorThumbnail colors)
    {
        var labels = result.Labels;
        var (width, height) = (result.Width, result.Height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var label = labels[(y * width) + x];
                var track = expected.Length > 0 ? expected[(y * width) + x] : SegmentationResult.Void;
                if (track < _used)
                {
                    _trackArea[track]++;
                }

                if (label >= result.Segments.Count)
                {
                    continue;
                }

                if (track < _used)
                {
                    _overlap[(label * _used) + track]++;
                }

                // A quarter of the pixels tell the colour well enough.
                if (((x | y) & 1) == 0)
                {
                    _colors[label] += colors.At(x, y, width, height);
                    _counts[label]++;
                }
            }
        }
    }

    private void FindPairs(SegmentationResult result, bool hasExpected)
    {
        _pairs.Clear();
        for (var s = 0; s < result.Segments.Count; s++)
        {
            var segment = result.Segments[s];
            for (var t = 0; t < _used; t++)
            {
                ref readonly var track = ref _tracks[t];
                if (track.Id == 0)
                {
                    continue;
                }

                var sameClass = track.Segment.ClassIndex == segment.ClassIndex;
                if (!segment.IsThing)
                {
                    // Stuff is one segment a class.
                    if (sameClass && !track.Segment.IsThing)
                    {
                        _pairs.Add((3, s, t));
                    }

                    continue;
                }

                var score = Score(segment, s, track, t, sameClass, hasExpected);
                if (score > 0 && track.Segment.IsThing)
                {
                    _pairs.Add((score, s, t));
                }
            }
        }
    }

    private float Score(in Segment segment, int s, in Track track, int t, bool sameClass, bool hasExpected)
    {
        var likeness = Likeness(s, track);
        var common = hasExpected ? _overlap[(s * _used) + t] : 0;
        var overlap = common / (float)Math.Max(1, segment.Area + _trackArea[t] - common);
        if (overlap >= (sameClass ? LeastOverlap : CertainOverlap))
        {
            return overlap + (0.5f * likeness) + (sameClass ? 0.25f : 0);
        }

        if (!sameClass)
        {
            return Returned(segment, track, likeness);
        }

        // Half hidden, or cut off by the edge of the picture: little of the union, but most of the smaller one.
        var contained = common / (float)Math.Max(1, Math.Min(segment.Area, _trackArea[t]));
        if (contained >= LeastContained && likeness >= 0.05f)
        {
            return (0.2f * contained) + (0.25f * likeness);
        }

        // Out of sight, or moved further than the motion field saw: the same kind of thing of the same colour near where it would be by now.
        if (likeness < LeastLikeness)
        {
            return 0;
        }

        var (here, there) = (segment.Box, track.Segment.Box);
        var frames = Math.Max(0, _frameIndex - track.FrameIndex);
        var expected = Center(there) + (track.Velocity * Math.Min(frames, MostPredicted));
        var size = MathF.Sqrt(((float)here.Width * here.Height) + ((float)there.Width * there.Height));
        var reach = Math.Max(LeastReach, size) * (1 + Math.Min(2, 0.5f * track.Missed));
        var distance = Math.Min(Vector2.Distance(Center(here), expected), Vector2.Distance(Center(here), Center(there)));
        return distance < reach ? 0.3f * likeness * (1 - (distance / reach)) : 0;
    }

    // A network that is in doubt loses a thing for a moment and then calls it something else: who is lost for a moment and found where it was, in
    // its colour, is the same.
    private float Returned(in Segment segment, in Track track, float likeness)
    {
        if (track.Missed == 0 || _timestampUs - track.TimestampUs > ReturnUs || likeness < LeastReturnedLikeness)
        {
            return 0;
        }

        var shift = track.Velocity * Math.Min(_frameIndex - track.FrameIndex, MostPredicted);
        var overlap = MathF.Max(BoxOverlap(segment.Box, track.Segment.Box, Vector2.Zero), BoxOverlap(segment.Box, track.Segment.Box, shift));
        return overlap >= LeastReturnedOverlap ? 0.2f * likeness * overlap : 0;
    }

    // Intersection over union of a box and another that has moved on.
    private static float BoxOverlap(PixelBox box, PixelBox other, Vector2 shift)
    {
        var width = MathF.Min(box.Right, other.Right + shift.X) - MathF.Max(box.Left, other.Left + shift.X);
        var height = MathF.Min(box.Bottom, other.Bottom + shift.Y) - MathF.Max(box.Top, other.Top + shift.Y);
        var common = MathF.Max(0, width) * MathF.Max(0, height);
        return common / MathF.Max(1, ((float)box.Width * box.Height) + ((float)other.Width * other.Height) - common);
    }

    private float Likeness(int segment, in Track track)
    {
        if (_counts[segment] == 0)
        {
            return 0.5f;
        }

        var difference = (_colors[segment] / _counts[segment]) - track.Color;
        return MathF.Exp(-difference.LengthSquared() / (2 * ColorScale * ColorScale));
    }

    private ushort Settle(SegmentationResult result, int s)
    {
        var slot = _trackOf[s];
        var color = _counts[s] > 0 ? _colors[s] / _counts[s] : default;
        if (slot < 0)
        {
            slot = FreeSlot();
            if (slot < 0)
            {
                return SegmentationResult.Void;
            }

            _tracks[slot] = new Track { Id = ++_lastId, Color = color };
        }
        else if (_counts[s] > 0)
        {
            _tracks[slot].Color = Vector3.Lerp(_tracks[slot].Color, color, 0.2f);
        }

        ref var track = ref _tracks[slot];
        var frames = _frameIndex - track.FrameIndex;
        if (track.Segment.Area > 0 && frames > 0)
        {
            var velocity = (Center(result.Segments[s].Box) - Center(track.Segment.Box)) / frames;
            track.Velocity = Vector2.Lerp(track.Velocity, velocity, 0.5f);
        }

        (track.FrameIndex, track.TimestampUs) = (_frameIndex, _timestampUs);
        result.Segments[s] = result.Segments[s] with { TrackId = _tracks[slot].Id };
        _tracks[slot].Segment = result.Segments[s];
        return (ushort)slot;
    }

    private int FreeSlot()
    {
        for (var slot = 0; slot < _used; slot++)
        {
            if (_tracks[slot].Id == 0)
            {
                return slot;
            }
        }

        return _used < Capacity ? _used++ : -1;
    }

    private void Forget()
    {
        for (var slot = 0; slot < _used; slot++)
        {
            if (_tracks[slot].Missed > Memory && _timestampUs - _tracks[slot].TimestampUs > MemoryUs)
            {
                _tracks[slot] = default;
            }
        }

        while (_used > 0 && _tracks[_used - 1].Id == 0)
        {
            _used--;
        }
    }

    private static Vector2 Center(PixelBox box) => new((box.Left + box.Right) / 2f, (box.Top + box.Bottom) / 2f);
}
