namespace OpenSegR.Realtime.Tests;

/// <summary>How far two pictures are from each other.</summary>
internal readonly record struct Difference(int Pixels, int Beyond, int Largest)
{
    /// <summary>Share of the pixels that are within the tolerance.</summary>
    public double Within => 1 - ((double)Beyond / Pixels);

    public static Difference Between(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, int tolerance)
    {
        Assert.Equal(a.Length, b.Length);
        var (beyond, largest) = (0, 0);
        for (var p = 0; p < a.Length; p += 3)
        {
            var worst = 0;
            for (var c = 0; c < 3; c++)
            {
                worst = Math.Max(worst, Math.Abs(a[p + c] - b[p + c]));
            }

            beyond += worst > tolerance ? 1 : 0;
            largest = Math.Max(largest, worst);
        }

        return new Difference(a.Length / 3, beyond, largest);
    }
}
