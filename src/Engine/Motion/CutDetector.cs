using System.Numerics;

namespace OpenSegR.Realtime.Motion;

/// <summary>
/// Tells a cut, or whatever else leaves nothing of the picture before, from motion and from a change of light: the picture before, moved along
/// the best motion that was found, correlates with the newer one in few of the blocks that have texture, and the colours as a whole are others.
/// </summary>
internal sealed class CutDetector
{
    private const int Block = 8;
    // Standard deviation of a block, in grey levels, from which on it has texture.
    private const float LeastDeviation = 3;
    private const float LeastCorrelation = 0.6f;
    private const float MostMismatch = 0.35f;
    private const float MostNewColors = 0.25f;
    private const int Levels = 4;

    private int[] _colors = new int[Levels * Levels * Levels];
    private int[] _colorsBefore = new int[Levels * Levels * Levels];

    /// <summary>Share of the blocks with texture that the picture before does not have, 0 to 1.</summary>
    public float Mismatch { get; private set; }

    /// <summary>Share of the pixels whose colours the picture before did not have as often, 0 to 1.</summary>
    public float NewColors { get; private set; }

    /// <summary>Takes the first picture.</summary>
    public void Start(ColorThumbnail picture) => Count(picture, _colors);

    /// <summary>Whether the newest picture has nothing to do with the one before.</summary>
    /// <param name="now">The newer picture in grey.</param>
    /// <param name="before">The older one.</param>
    /// <param name="flow">From the newer to the older.</param>
    /// <param name="newer">The newer picture in colour.</param>
    public bool IsCut(GrayImage now, GrayImage before, FlowField flow, ColorThumbnail newer)
    {
        (_colors, _colorsBefore) = (_colorsBefore, _colors);
        Count(newer, _colors);
        var more = 0;
        for (var i = 0; i < _colors.Length; i++)
        {
            more += Math.Max(0, _colors[i] - _colorsBefore[i]);
        }

        NewColors = more / (float)newer.Pixels.Length;
        var (textured, different) = (0, 0);
        for (var y = 0; y <= now.Height - Block; y += Block)
        {
            for (var x = 0; x <= now.Width - Block; x += Block)
            {
                if (Correlation(now, before, flow, x, y) is { } correlation)
                {
                    textured++;
                    different += correlation < LeastCorrelation ? 1 : 0;
                }
            }
        }

        Mismatch = textured == 0 ? 0 : different / (float)textured;
        return Mismatch > MostMismatch && NewColors > MostNewColors;
    }

    // Of a block and what the motion makes of the picture before; null where there is no texture. Brightness and contrast do not matter.
    private static float? Correlation(GrayImage now, GrayImage before, FlowField flow, int left, int top)
    {
        const float count = Block * Block;
        float a = 0, b = 0, aa = 0, bb = 0, ab = 0;
        for (var y = top; y < top + Block; y++)
        {
            for (var x = left; x < left + Block; x++)
            {
                var from = flow.Vectors[(y * flow.Width) + x] + new Vector2(x, y);
                var p = now[x, y];
                var q = before[Math.Clamp((int)(from.X + 0.5f), 0, now.Width - 1), Math.Clamp((int)(from.Y + 0.5f), 0, now.Height - 1)];
                a += p;
                b += q;
                aa += p * p;
                bb += q * q;
                ab += p * q;
            }
        }

        var (varianceA, varianceB) = ((aa / count) - (a * a / (count * count)), (bb / count) - (b * b / (count * count)));
        const float least = LeastDeviation * LeastDeviation;
        return varianceA < least && varianceB < least ? null : ((ab / count) - (a * b / (count * count))) / MathF.Sqrt(Math.Max(varianceA * varianceB, 1e-3f));
    }

    private static void Count(ColorThumbnail picture, int[] colors)
    {
        Array.Clear(colors);
        foreach (var pixel in picture.Pixels)
        {
            colors[((pixel >> 6) & 3) | (((pixel >> 14) & 3) << 2) | (((pixel >> 22) & 3) << 4)]++;
        }
    }
}
