using System.Numerics;

namespace OpenSegR.Realtime.Motion;

/// <summary>
/// Takes flicker out of label maps: a pixel takes a new label only when some pictures in a row, compared along the motion, say so. Where motion does
/// not explain the picture (something uncovered, a cut), and where the label only comes over from the pixel beside, it counts at once: borders
/// move freely and do not smear.
/// </summary>
internal sealed class LabelStabilizer
{
    // Multiples of the median residual up to which motion explains a pixel, twice those of what counts as new: a place that is damped less is seen
    // to flicker.
    private const float NoiseFactor = 16;
    // Grey levels of 256 that sampling and light make without any noise.
    private const float LeastLimit = 8;
    // More often than any change needs.
    private const ushort MostTimes = 1000;

    private ushort[] _shown = [];
    private ushort[] _said = [];
    private ushort[] _moved = [];
    // How many maps in a row said so.
    private ushort[] _times = [];
    private int _width;
    private int _height;

    /// <summary>The map as it is shown, <c>width * height</c> values.</summary>
    public ReadOnlySpan<ushort> Shown => _shown.AsSpan(0, _width * _height);

    /// <summary>Forgets what was shown.</summary>
    public void Reset() => (_width, _height) = (0, 0);

    /// <summary>Brings what was shown and said to a newer picture.</summary>
    public void Move(MotionMap motion)
    {
        if (_width == 0)
        {
            return;
        }

        motion.Move(Shown, _width, _height, _moved);
        (_shown, _moved) = (_moved, _shown);
        motion.Move(_said.AsSpan(0, _width * _height), _width, _height, _moved);
        (_said, _moved) = (_moved, _said);
        motion.Move(_times.AsSpan(0, _width * _height), _width, _height, _moved);
        (_times, _moved) = (_moved, _times);
    }

    /// <summary>Takes the true map of the picture that everything was moved to, and puts the damped one in its place.</summary>
    /// <param name="labels">Width * height values.</param>
    /// <param name="width">Its width.</param>
    /// <param name="height">Its height.</param>
    /// <param name="motion">The motion since the map before.</param>
    /// <param name="needed">Maps in a row that a change needs; 1 takes every map as it is.</param>
    /// <param name="noise">The median residual that is usual: <see cref="FlowField.Noise"/>.</param>
    public void Apply(Span<ushort> labels, int width, int height, MotionMap motion, int needed, float noise)
    {
        if ((width, height) != (_width, _height))
        {
            (_width, _height) = (width, height);
            if (_shown.Length < labels.Length)
            {
                _shown = new ushort[labels.Length];
                _said = new ushort[labels.Length];
                _moved = new ushort[labels.Length];
                _times = new ushort[labels.Length];
            }

            labels.CopyTo(_shown);
            labels.CopyTo(_said);
            _times.AsSpan(0, labels.Length).Fill(1);
            return;
        }

        Count(labels);
        var limit = Math.Max(LeastLimit, NoiseFactor * noise);
        // What was shown, moved here, is needed unchanged for the pixels beside.
        Shown.CopyTo(_moved);
        for (var y = 0; y < height; y++)
        {
            var row = labels.Slice(y * width, width);
            var shown = _shown.AsSpan(y * width, width);
            // Most of a row is shown as it is said.
            for (var x = shown.CommonPrefixLength(row); x < width; x += 1 + shown[(x + 1)..].CommonPrefixLength(row[(x + 1)..]))
            {
                if (_times[(y * width) + x] >= needed || IsBeside(row[x], x, y) || !motion.IsTrusted(x, y, width, height, limit))
                {
                    shown[x] = row[x];
                }
            }
        }

        Shown.CopyTo(labels);
    }

    // How often in a row the maps now said the same.
    private void Count(ReadOnlySpan<ushort> labels)
    {
        var times = _times.AsSpan(0, labels.Length);
        var said = _said.AsSpan(0, labels.Length);
        var i = 0;
        for (; i <= labels.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            var isSame = Vector.Equals(new Vector<ushort>(labels[i..]), new Vector<ushort>(said[i..]));
            var more = Vector.Min(new Vector<ushort>(times[i..]) + Vector<ushort>.One, new Vector<ushort>(MostTimes));
            Vector.ConditionalSelect(isSame, more, Vector<ushort>.One).CopyTo(times[i..]);
        }

        for (; i < labels.Length; i++)
        {
            times[i] = (ushort)(labels[i] == said[i] ? Math.Min(times[i] + 1, MostTimes) : 1);
        }

        labels.CopyTo(said);
    }

    private bool IsBeside(ushort label, int x, int y)
    {
        var i = (y * _width) + x;
        return _moved[i] == label
            || (x > 0 && _moved[i - 1] == label) || (x < _width - 1 && _moved[i + 1] == label)
            || (y > 0 && _moved[i - _width] == label) || (y < _height - 1 && _moved[i + _width] == label);
    }
}
