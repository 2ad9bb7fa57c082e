namespace OpenSegR.Realtime.Motion;

/// <summary>
/// Takes flicker out of label maps: a pixel takes a new label only when some pictures in a row, compared along the motion, say so. Where motion does
/// not explain the picture (something uncovered, a cut), and where the label only comes over from the pixel beside, it counts at once: borders
/// move freely and do not smear.
/// </summary>
internal sealed class LabelStabilizer
{
    /// <summary>Grey levels of 256 up to which motion explains a pixel.</summary>
    private const float MostResidual = 12;

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
    public void Apply(Span<ushort> labels, int width, int height, MotionMap motion, int needed)
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

        // What was shown, moved here, is needed unchanged for the pixels beside.
        Shown.CopyTo(_moved);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var i = (y * width) + x;
                var label = labels[i];
                _times[i] = (ushort)(label == _said[i] ? Math.Min(_times[i] + 1, 1000) : 1);
                _said[i] = label;
                if (_times[i] >= needed || IsBeside(label, x, y) || !motion.IsTrusted(x, y, width, height, MostResidual))
                {
                    _shown[i] = label;
                }
            }
        }

        Shown.CopyTo(labels);
    }

    private bool IsBeside(ushort label, int x, int y)
    {
        var i = (y * _width) + x;
        return _moved[i] == label
            || (x > 0 && _moved[i - 1] == label) || (x < _width - 1 && _moved[i + 1] == label)
            || (y > 0 && _moved[i - _width] == label) || (y < _height - 1 && _moved[i + _width] == label);
    }
}
