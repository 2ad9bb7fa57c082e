namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>
/// How a row is cut for the 512-bit horizontal passes: into groups of as many neighbouring output pixels as fit in the lanes of a register, and
/// the taps of a group into pairs (taps 2p and 2p + 1). All source bytes of a pair lie within a window of one or two 64-byte loads, from
/// which one permutation brings every lane its two bytes.
/// </summary>
internal sealed class WidePlan
{
    private readonly ResampleAxis _axis;

    private WidePlan(ResampleAxis axis, int pixels, int window)
    {
        _axis = axis;
        PixelsPerGroup = pixels;
        Window = window;
        Groups = (axis.OutputLength + pixels - 1) / pixels;
        Pairs = (axis.Count.Max() + 1) / 2;
        Offsets = new int[Groups * Pairs];
    }

    /// <summary>Output pixels of a group.</summary>
    public int PixelsPerGroup { get; }

    /// <summary>Bytes of a window: 64 or 128.</summary>
    public int Window { get; }

    /// <summary>Groups in a row.</summary>
    public int Groups { get; }

    /// <summary>Pairs of taps; taps that a pixel has not weigh nothing.</summary>
    public int Pairs { get; }

    /// <summary>[Groups, Pairs] where the window begins, in bytes from the start of the row; it ends inside the row.</summary>
    public int[] Offsets { get; }

    /// <summary>Cuts a row, or returns null where the source is narrower than a window or pixels of a group lie too far apart.</summary>
    /// <param name="axis">Weights.</param>
    /// <param name="lanes">Output bytes that a register holds.</param>
    public static WidePlan? TryCreate(ResampleAxis axis, int lanes)
    {
        // One load is preferred to two as long as it fills three quarters of the lanes.
        foreach (var (window, fewest) in new[] { (64, lanes / 4), (128, 3) })
        {
            for (var pixels = lanes / 3; pixels >= fewest && axis.InputLength * 3 >= window; pixels--)
            {
                var plan = new WidePlan(axis, pixels, window);
                if (plan.TryPlace())
                {
                    return plan;
                }
            }
        }

        return null;
    }

    /// <summary>Output pixel of a lane of a group, and its channel; false for a lane that holds none.</summary>
    public bool TryGetLane(int group, int lane, out int x, out int channel)
    {
        (x, channel) = ((group * PixelsPerGroup) + (lane / 3), lane % 3);
        return lane < 3 * PixelsPerGroup && x < _axis.OutputLength;
    }

    /// <summary>Byte of a tap within the window, and the tap's place in the row of weights; false for a tap that the pixel has not.</summary>
    public bool TryGetTap(int group, int pair, int x, int channel, int tap, out byte place)
    {
        place = 0;
        if ((2 * pair) + tap >= _axis.Count[x])
        {
            return false;
        }

        place = checked((byte)((3 * (_axis.First[x] + (2 * pair) + tap)) + channel - Offsets[(group * Pairs) + pair]));
        return true;
    }

    private bool TryPlace()
    {
        for (var group = 0; group < Groups; group++)
        {
            var last = Math.Min((group + 1) * PixelsPerGroup, _axis.OutputLength);
            for (var pair = 0; pair < Pairs; pair++)
            {
                var (from, to) = (int.MaxValue, 0);
                for (var x = group * PixelsPerGroup; x < last; x++)
                {
                    var taps = Math.Min(2, _axis.Count[x] - (2 * pair));
                    if (taps > 0)
                    {
                        var first = _axis.First[x] + (2 * pair);
                        (from, to) = (Math.Min(from, 3 * first), Math.Max(to, 3 * (first + taps)));
                    }
                }

                // Moved back where it would end behind the row, so that nothing outside is ever read.
                var offset = Math.Min(from, (_axis.InputLength * 3) - Window);
                if (to - offset > Window)
                {
                    return false;
                }

                Offsets[(group * Pairs) + pair] = offset;
            }
        }

        return true;
    }
}
