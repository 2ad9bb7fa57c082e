using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render.Fonts;
using OpenSegR.Realtime.Render.Hud;

namespace OpenSegR.Realtime.Render.Cpu;

/// <summary>Draws a <see cref="QuadList"/> into a frame.</summary>
internal sealed class QuadBlender
{
    private readonly SolidBlend _solid = new();

    /// <summary>Draws all quads, clipped to the frame.</summary>
    public void Draw(QuadList list, Frame target)
    {
        foreach (ref readonly var quad in list.Quads)
        {
            var left = Math.Max(0, (int)quad.X);
            var right = Math.Min(target.Width, quad.X + quad.Width);
            var top = Math.Max(0, (int)quad.Y);
            var bottom = Math.Min(target.Height, quad.Y + quad.Height);
            if (left >= right)
            {
                continue;
            }

            for (var y = top; y < bottom; y++)
            {
                var pixels = target.Row(y)[(3 * left)..(3 * right)];
                if (quad.U == Quad.Solid)
                {
                    _solid.Blend(pixels, pixels, quad.Color);
                }
                else
                {
                    var at = ((quad.V + y - quad.Y) * FontAtlas.Width) + quad.U + left - quad.X;
                    BlendCovered(pixels, list.Font.Coverage.Slice(at, right - left), quad.Color);
                }
            }
        }
    }

    private static void BlendCovered(Span<byte> pixels, ReadOnlySpan<byte> coverage, uint color)
    {
        for (var i = 0; i < coverage.Length; i++)
        {
            if (coverage[i] == 0)
            {
                continue;
            }

            var alpha = OverlayMath.Div255(coverage[i] * (int)(color >> 24));
            var pixel = pixels.Slice(3 * i, 3);
            for (var c = 0; c < 3; c++)
            {
                pixel[c] = (byte)OverlayMath.Div255((pixel[c] * (255 - alpha)) + ((int)((color >> (8 * c)) & 0xFF) * alpha));
            }
        }
    }
}
