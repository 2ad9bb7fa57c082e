namespace OpenSegR.Realtime.Render;

/// <summary>
/// The arithmetic of the overlay, in whole numbers so that every machine gets the same picture. The shaders <c>guide.glsl</c>,
/// <c>resolve.glsl</c> and <c>overlay.glsl</c> hold the same formulas; <see cref="Cpu.CpuCompositor"/> holds them vectorised.
/// </summary>
/// <remarks>
/// <para>Frame of W x H pixels, label map of w x h texels, both with row 0 at the top.</para>
/// <para>
/// 1. Place: the centre of pixel column x lies at (2x+1)w / 2W in units of texels: texel i = ((2x+1)w) div 2W, fraction
/// f = 256 (((2x+1)w) mod 2W) div 2W, 0 to 255. Rows likewise.
/// </para>
/// <para>
/// 2. Space: quadratic B-spline weights of texels i-1, i, i+1: (256-f)^2 &gt;&gt; 9, the rest of 256, f^2 &gt;&gt; 9. Texels outside the
/// map repeat its edge. The weight B of one of the 3 x 3 texels is the product of its column and its row.
/// </para>
/// <para>
/// 3. Colour: the guide G of a texel is the mean of the 2 x 2 pixels at its centre (of one, on an axis where the map is more than half as
/// fine as the frame). With D = |I - G|^2 &gt;&gt; 2 of pixel colour I: R = 256 K div (K + D), K = <see cref="EdgeK"/>.
/// </para>
/// <para>
/// 4. Label of a pixel: the one with the largest sum of B (1 + (R^2 &gt;&gt; 8)) over its texels; the first in reading order where equal.
/// This is joint bilateral upsampling (Kopf et al., 2007) of a label map: boundaries are smooth where the frame is, and snap to its edges.
/// </para>
/// <para>
/// 5. Fill: straight colours averaged over 3 x 3 pixels with weights (1 2 1)/4 each way, weighted by their alpha, over the frame.
/// </para>
/// <para>
/// 6. Contour: e, 0 to 256, is the weight of the pixels with another label among 5 x 5, with weights (1 4 6 4 1)/16 each way. Strength
/// goes from 0 at e = Low to 255 at e = High. Colour: the mean of the contour colours of the 5 x 5, weighted by weight and alpha; alpha: the
/// largest of them. Pixels outside the frame repeat its edge.
/// </para>
/// </remarks>
internal static class OverlayMath
{
    /// <summary>Half-way point of the colour weight: R is a half where |I - G| is 2 sqrt(K) = 24 of 441.</summary>
    public const int EdgeK = 144;

    /// <summary>Most pixels between two taps of a contour's window.</summary>
    public const int MaxStep = 3;

    /// <summary>Sum of the fill weights of one window.</summary>
    public const int FillWeights = 16;

    /// <summary>Sum of the contour weights of one window.</summary>
    public const int ContourWeights = 256;

    /// <summary>Round(x / 255) for 0 to 65535, as it is computed everywhere.</summary>
    public static int Div255(int x) => (x + 127) / 255;

    /// <summary>Texel of a pixel: the whole part of step 1.</summary>
    public static int Texel(int pixel, int pixels, int texels) => ((2 * pixel) + 1) * texels / (2 * pixels);

    /// <summary>Position of a pixel within its texel: the fraction of step 1, 0 to 255.</summary>
    public static int Fraction(int pixel, int pixels, int texels) => ((2 * pixel) + 1) * texels % (2 * pixels) * 256 / (2 * pixels);

    /// <summary>The pixel at or just right of a texel's centre.</summary>
    public static int CentrePixel(int texel, int pixels, int texels) => ((2 * texel) + 1) * pixels / (2 * texels);

    /// <summary>Pixels between the guide's two samples on one axis: 0 or 1.</summary>
    public static int GuideSpan(int pixels, int texels) => pixels >= 2 * texels ? 1 : 0;

    /// <summary>Texels around one that must be alike for all windows of its pixels to be alike.</summary>
    public static int CalmRadius(int pixels, int texels, int step) => 1 + (((2 * step * texels) + pixels - 1) / pixels);

    /// <summary>How the width of a contour becomes a spacing of taps and a ramp of strength over e.</summary>
    public static (int Step, int Low, int High) ContourRamp(float width)
    {
        var step = Math.Clamp((int)MathF.Ceiling(width / 3), 1, MaxStep);
        var w = width / step;
        // On a straight line e is 80 beside the line and 16 one tap farther: these ramps make the line about w pixels wide.
        var (low, high) = w < 2 ? (16 - (16 * Math.Max(0, w - 1)), 144 - (64 * (w - 1))) : (0, 80 - (60 * (w - 2)));
        return (step, (int)low, (int)high);
    }

    /// <summary>Strength of a contour, 0 to 255.</summary>
    public static int ContourStrength(int e, int low, int high) => Math.Clamp((e - low) * 255 / (high - low), 0, 255);
}
