namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>The weights of an axis as small fractions, as far as there are such (<see cref="SmallFraction"/>).</summary>
internal sealed class AxisFractions
{
    private readonly byte[] _numerators;
    private readonly int _taps;

    /// <summary>Finds them.</summary>
    /// <param name="axis">Weights.</param>
    /// <param name="hasOneShift">All output samples get the same shift, since they are done together.</param>
    public AxisFractions(ResampleAxis axis, bool hasOneShift)
    {
        _taps = axis.MaxTaps;
        _numerators = new byte[axis.OutputLength * _taps];
        Denominators = new int[axis.OutputLength];
        Reciprocals = new ushort[axis.OutputLength];
        Shifts = new int[axis.OutputLength];
        for (var i = 0; i < axis.OutputLength; i++)
        {
            Denominators[i] = SmallFraction.Find(axis.Weights.AsSpan(i * _taps, axis.Count[i]), _numerators.AsSpan(i * _taps, _taps));
        }

        var smallest = Denominators.Where(d => d != 0).DefaultIfEmpty().Min();
        var reciprocals = new Dictionary<int, ushort>();
        for (var i = 0; i < axis.OutputLength; i++)
        {
            var denominator = Denominators[i];
            if (denominator == 0)
            {
                continue;
            }

            Shifts[i] = SmallFraction.Shift(hasOneShift ? smallest : denominator);
            if (!reciprocals.TryGetValue(denominator, out Reciprocals[i]))
            {
                Reciprocals[i] = reciprocals[denominator] = SmallFraction.Reciprocal(denominator, Shifts[i]);
            }

            Denominators[i] = Reciprocals[i] == 0 ? 0 : denominator;
        }
    }

    /// <summary>[OutputLength] denominators, 0 where there is none.</summary>
    public int[] Denominators { get; }

    /// <summary>[OutputLength] reciprocals of the denominators (<see cref="SmallFraction.Reciprocal"/>).</summary>
    public ushort[] Reciprocals { get; }

    /// <summary>[OutputLength] the shifts that go with the reciprocals.</summary>
    public int[] Shifts { get; }

    /// <summary>Every output sample has one.</summary>
    public bool IsComplete => !Denominators.Contains(0);

    /// <summary>Numerators of an output sample, one for each tap that it can have.</summary>
    public ReadOnlySpan<byte> Numerators(int i) => _numerators.AsSpan(i * _taps, _taps);
}
