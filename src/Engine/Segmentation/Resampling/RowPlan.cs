namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>
/// How a row is cut for the horizontal passes: into units of as many neighbouring output bytes as a part of a register has lanes for, and
/// the taps of a unit into pairs (taps 2p and 2p + 1). All source bytes of a pair lie within a window, from which one instruction brings
/// every lane its two bytes.
/// </summary>
internal sealed class RowPlan
{
    /// <summary>Place of a byte that no lane needs; it has the top bit set.</summary>
    public const byte NoPlace = 0x80;

    private const int Channels = 3;
    private readonly ResampleAxis _axis;
    private readonly int _window;

    private RowPlan(ResampleAxis axis, int unitsPerGroup, int window, int bytes)
    {
        (_axis, _window, UnitsPerGroup, BytesPerUnit) = (axis, window, unitsPerGroup, bytes);
        Groups = ((Channels * axis.OutputLength) + (unitsPerGroup * bytes) - 1) / (unitsPerGroup * bytes);
        Pairs = (axis.Count.Max() + 1) / 2;
        Offsets = new int[Groups * Pairs * unitsPerGroup];
    }

    /// <summary>Units that are done together, in one register.</summary>
    public int UnitsPerGroup { get; }

    /// <summary>Output bytes of a unit; more lanes than that hold nothing.</summary>
    public int BytesPerUnit { get; }

    /// <summary>Groups in a row.</summary>
    public int Groups { get; }

    /// <summary>Pairs of taps; taps that a pixel has not weigh nothing.</summary>
    public int Pairs { get; }

    /// <summary>[Groups, Pairs, UnitsPerGroup] where a window begins, in bytes from the start of the row; it ends inside the row.</summary>
    public int[] Offsets { get; }

    /// <summary>
    /// Cuts a row into the longest units whose source bytes fit in windows; null where the source is narrower than a window, or where all
    /// units that are long enough reach too far.
    /// </summary>
    /// <param name="axis">Weights.</param>
    /// <param name="laneBytes">Bytes of the lane that becomes an output byte.</param>
    public static unsafe RowPlan? TryCreate<T, TRegister, TWindow>(ResampleAxis axis, int laneBytes)
        where T : unmanaged
        where TRegister : struct, IRegister<T>
        where TWindow : struct, IByteWindow<T>
    {
        var lanes = sizeof(T) / TRegister.Units / laneBytes;
        for (var bytes = lanes; bytes >= TWindow.FewestBytes(lanes) && Channels * axis.InputLength >= TWindow.WindowBytes; bytes--)
        {
            var plan = new RowPlan(axis, TRegister.Units, TWindow.WindowBytes, bytes);
            if (plan.TryPlace())
            {
                return plan;
            }
        }

        return null;
    }

    /// <summary>Output pixel of a lane of a unit, and its channel; false for a lane that holds none.</summary>
    public bool TryGetLane(int group, int unit, int lane, out int x, out int channel)
    {
        (x, channel) = Math.DivRem((((group * UnitsPerGroup) + unit) * BytesPerUnit) + lane, Channels);
        return lane < BytesPerUnit && x < _axis.OutputLength;
    }

    /// <summary>Byte of a tap of an output byte within the window of its unit; false for a tap that the pixel has not.</summary>
    public bool TryGetPlace(int group, int pair, int unit, int tap, int x, int channel, out byte place)
    {
        place = NoPlace;
        if ((2 * pair) + tap >= _axis.Count[x])
        {
            return false;
        }

        place = checked((byte)(SourceByte(x, pair, tap, channel) - Offsets[(((group * Pairs) + pair) * UnitsPerGroup) + unit]));
        return true;
    }

    private int SourceByte(int x, int pair, int tap, int channel) => (Channels * (_axis.First[x] + (2 * pair) + tap)) + channel;

    private bool TryPlace()
    {
        for (var i = 0; i < Offsets.Length; i++)
        {
            var (group, pair, unit) = (i / UnitsPerGroup / Pairs, i / UnitsPerGroup % Pairs, i % UnitsPerGroup);
            var (from, end) = (int.MaxValue, 0);
            for (var lane = 0; TryGetLane(group, unit, lane, out var x, out var channel); lane++)
            {
                var taps = Math.Min(2, _axis.Count[x] - (2 * pair));
                if (taps > 0)
                {
                    from = Math.Min(from, SourceByte(x, pair, 0, channel));
                    end = Math.Max(end, SourceByte(x, pair, taps - 1, channel) + 1);
                }
            }

            // Moved back where it would end behind the row, so that nothing outside is ever read.
            Offsets[i] = Math.Min(from, (Channels * _axis.InputLength) - _window);
            if (end - Offsets[i] > _window)
            {
                return false;
            }
        }

        return true;
    }
}
