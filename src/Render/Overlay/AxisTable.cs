namespace OpenSegR.Realtime.Render;

/// <summary>Steps 1 and 2 of <see cref="OverlayMath"/> for every pixel of one axis.</summary>
internal sealed class AxisTable
{
    /// <summary>Weights that may be read behind the last pixel's.</summary>
    public const int Overrun = 3;

    private int _pixels;
    private int _texels;

    /// <summary>First pixel of each texel, and the number of pixels at the end.</summary>
    public int[] Start { get; private set; } = [];

    /// <summary>Texel of each pixel.</summary>
    public int[] Texel { get; private set; } = [];

    /// <summary>Weight of the texel before, 0 to 128; <see cref="Overrun"/> zeros more than there are pixels.</summary>
    public int[] Before { get; private set; } = [];

    /// <summary>Weight of the texel after, 0 to 128; the texel itself has the rest of 256. As long as <see cref="Before"/>.</summary>
    public int[] After { get; private set; } = [];

    /// <summary>Fills the table, if it is not that of these sizes already.</summary>
    public void Set(int pixels, int texels)
    {
        if (pixels == _pixels && texels == _texels)
        {
            return;
        }

        (_pixels, _texels) = (pixels, texels);
        Start = new int[texels + 1];
        Texel = new int[pixels];
        Before = new int[pixels + Overrun];
        After = new int[pixels + Overrun];
        Array.Fill(Start, pixels);
        for (var p = pixels - 1; p >= 0; p--)
        {
            var fraction = OverlayMath.Fraction(p, pixels, texels);
            Texel[p] = OverlayMath.Texel(p, pixels, texels);
            Before[p] = (256 - fraction) * (256 - fraction) >> 9;
            After[p] = fraction * fraction >> 9;
            Start[Texel[p]] = p;
        }

        // A texel that is finer than a pixel may have none: it starts, and ends, where the next one does.
        for (var t = texels - 1; t >= 0; t--)
        {
            Start[t] = Math.Min(Start[t], Start[t + 1]);
        }
    }
}
