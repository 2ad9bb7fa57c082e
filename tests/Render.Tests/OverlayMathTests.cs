using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Render.Cpu;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests;

/// <summary>Cases small enough to be worked out by hand.</summary>
public sealed class OverlayMathTests
{
    private static readonly OverlayStyle Plain = OverlayStyle.Default with { Legend = false, Hud = false };

    [Theory]
    // 8 pixels over 2 texels: the first four belong to texel 0; centres at 1/8, 3/8, 5/8, 7/8 of a texel.
    [InlineData(0, 8, 2, 0, 32)]
    [InlineData(3, 8, 2, 0, 224)]
    [InlineData(4, 8, 2, 1, 32)]
    // 3 pixels over 2 texels: the middle one lies on the border and belongs to the second.
    [InlineData(1, 3, 2, 1, 0)]
    [InlineData(0, 1, 1, 0, 128)]
    [InlineData(16383, 16384, 16384, 16383, 128)]
    public void Texels_and_fractions(int pixel, int pixels, int texels, int texel, int fraction)
    {
        Assert.Equal(texel, OverlayMath.Texel(pixel, pixels, texels));
        Assert.Equal(fraction, OverlayMath.Fraction(pixel, pixels, texels));
    }

    [Theory]
    [InlineData(1, 1, 16, 144)]
    [InlineData(2, 1, 0, 80)]
    [InlineData(3, 1, 0, 20)]
    [InlineData(6, 2, 0, 20)]
    [InlineData(9, 3, 0, 20)]
    public void Contour_ramps(float width, int step, int low, int high) => Assert.Equal((step, low, high), OverlayMath.ContourRamp(width));

    [Fact]
    public void Division_by_255_rounds()
    {
        for (var x = 0; x <= 65025; x++)
        {
            Assert.Equal((int)Math.Round(x / 255.0, MidpointRounding.AwayFromZero), OverlayMath.Div255(x));
            var t = x + 128;
            Assert.Equal(OverlayMath.Div255(x), (t + (t >> 8)) >> 8);
        }
    }

    [Fact]
    public void The_vectorised_quotient_is_exact()
    {
        // The colour weight in single precision against whole numbers, for every distance there is.
        for (var d = 0; d <= 3 * 255 * 255 / 4; d++)
        {
            var exact = 256 * OverlayMath.EdgeK / (OverlayMath.EdgeK + d);
            Assert.Equal(exact, (int)(256f * OverlayMath.EdgeK / (float)(OverlayMath.EdgeK + d)));
        }
    }

    [Fact]
    public void One_class_everywhere_is_a_plain_blend()
    {
        var palette = new ClassPalette();
        var color = palette.ColorOf("a");
        var picture = Compose(palette, 5, 3, 1, 1, [0], 1, 100, Plain with { Opacity = 0.5f });
        // Opacity 0.5 is 128 of 255. Channels are blue, green, red.
        byte[] expected = [Blend(100, color.B, 128), Blend(100, color.G, 128), Blend(100, color.R, 128)];
        Assert.Equal(Enumerable.Repeat(expected, 15).SelectMany(p => p), picture);
    }

    [Fact]
    public void Void_and_hidden_pixels_are_the_frame()
    {
        Assert.All(Compose(new ClassPalette(), 4, 4, 2, 2, [ushort.MaxValue, 7, ushort.MaxValue, 7], 2, 90, Plain), value => Assert.Equal(90, value));
        var hidden = Plain with { HiddenClasses = new HashSet<string> { "a", "b" } };
        Assert.All(Compose(new ClassPalette(), 4, 4, 2, 2, [0, 1, 1, 0], 2, 90, hidden), value => Assert.Equal(90, value));
    }

    [Fact]
    public void The_fill_of_a_boundary_is_the_mean_by_1_2_1()
    {
        // Left half void, right half of class a at full opacity, no contours, a map as fine as the frame.
        var palette = new ClassPalette();
        var color = palette.ColorOf("a");
        var style = Plain with { Contours = false, Opacity = 1 };
        var labels = Enumerable.Range(0, 36).Select(i => (ushort)(i % 6 < 3 ? ushort.MaxValue : 0)).ToArray();
        var picture = Compose(palette, 6, 6, 6, 6, labels, 1, 200, style);
        int[] alphas = [0, 0, 4, 12, 16, 16];
        for (var x = 0; x < 6; x++)
        {
            // Green of the fourth row; weights of 16.
            var alpha = alphas[x] * 255;
            Assert.Equal(((200 * (4080 - alpha)) + (color.G * alpha) + 2040) / 4080, picture[(3 * ((3 * 6) + x)) + 1]);
        }
    }

    [Fact]
    public void A_contour_is_strongest_beside_the_boundary_and_gone_three_pixels_off()
    {
        var palette = new ClassPalette();
        var line = Rgb.Mix(palette.ColorOf("a"), new Rgb(255, 255, 255), 0.4f);
        var labels = Enumerable.Range(0, 144).Select(i => (ushort)(i % 12 < 6 ? ushort.MaxValue : 0)).ToArray();
        var picture = Compose(palette, 12, 12, 12, 12, labels, 1, 0, Plain with { Opacity = 0, ContourWidth = 2 });
        var green = Enumerable.Range(0, 12).Select(x => (int)picture[(3 * ((5 * 12) + x)) + 1]).ToArray();
        // e is 16, 80 | 80, 16 of 256: strength 51 and 255, of the only colour there is.
        var (weak, strong) = (OverlayMath.Div255(line.G * 51), (int)line.G);
        Assert.Equal([0, 0, 0, 0, weak, strong, strong, weak, 0, 0, 0, 0], green);
    }

    [Fact]
    public void Labels_follow_the_edges_of_the_frame()
    {
        // A boundary two pixels off the frame's own edge moves to the edge.
        var palette = new ClassPalette();
        using var frame = new FramePool().Rent(new FrameFormat(32, 16));
        using var masks = Masks(8, 4, [.. Enumerable.Range(0, 32).Select(i => (ushort)(i % 8 < 4 ? 0 : 1))], 2);
        for (var y = 0; y < 16; y++)
        {
            for (var x = 0; x < 32; x++)
            {
                frame.Row(y).Slice(3 * x, 3).Fill(x < 18 ? (byte)30 : (byte)220);
            }
        }

        using var compositor = new CpuCompositor(palette);
        compositor.Compose(frame, masks, Plain with { Opacity = 1, Contours = false }, null, frame);
        var (a, b) = (palette.ColorOf("a").G, palette.ColorOf("b").G);
        Assert.Equal(a, frame.Row(8)[(3 * 16) + 1]);
        Assert.Equal(b, frame.Row(8)[(3 * 19) + 1]);
    }

    [Fact]
    public void A_highlighted_class_keeps_its_colour_and_all_else_darkens()
    {
        var palette = new ClassPalette();
        var picture = Compose(palette, 32, 8, 8, 2, [0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1], 2, 100, Plain with { HighlightClass = "b" });
        Assert.Equal(Blend(100, 18, 140), picture[(3 * 4) + 1]);
        Assert.Equal(Blend(100, palette.ColorOf("b").G, 128), picture[(3 * 28) + 1]);
        // The line is white on both sides, in full strength.
        Assert.Equal([255, 255], [picture[(3 * 15) + 1], picture[(3 * 16) + 1]]);
    }

    [Theory]
    [InlineData(1, 1, 1, 1, 1)]
    [InlineData(9, 7, 3, 2, 1)]
    [InlineData(33, 17, 33, 17, 3)]
    [InlineData(64, 40, 100, 77, 2)]
    [InlineData(257, 129, 65, 33, 1)]
    public void Texel_states_against_the_plain_definition(int frameWidth, int frameHeight, int width, int height, int step)
    {
        var random = new Random(frameWidth);
        // Blobs, so that all states occur.
        var labels = new ushort[width * height];
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = (ushort)(((i % width / 9) + (i / width / 7)) % 3 == 0 && random.Next(60) > 0 ? 1 : 0);
        }

        using var masks = Masks(width, height, labels, 2);
        var grid = new LabelGrid();
        grid.Set(new FrameFormat(frameWidth, frameHeight), masks, last: 2, step);
        var (rx, ry) = (OverlayMath.CalmRadius(frameWidth, width, step), OverlayMath.CalmRadius(frameHeight, height, step));
        for (var j = 0; j < height; j++)
        {
            for (var i = 0; i < width; i++)
            {
                var expected = !Alike(labels, width, height, i, j, 1, 1) ? LabelGrid.Mixed
                    : Alike(labels, width, height, i, j, rx, ry) ? LabelGrid.Calm
                    : LabelGrid.Uniform;
                Assert.Equal(expected, grid.StateRow(j)[i]);
            }
        }
    }

    private static bool Alike(ushort[] labels, int width, int height, int i, int j, int rx, int ry)
    {
        for (var y = Math.Max(0, j - ry); y <= Math.Min(height - 1, j + ry); y++)
        {
            for (var x = Math.Max(0, i - rx); x <= Math.Min(width - 1, i + rx); x++)
            {
                if (labels[(y * width) + x] != labels[(j * width) + i])
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static byte Blend(int frame, int color, int alpha) => (byte)OverlayMath.Div255((frame * (255 - alpha)) + (color * alpha));

    private static SegmentationResult Masks(int width, int height, ushort[] labels, int classes)
    {
        var masks = new SegmentationResultPool().Rent();
        masks.Vocabulary = new Vocabulary([.. Enumerable.Range(0, classes).Select(i => new VocabularyClass([((char)('a' + i)).ToString()], true))]);
        masks.Resize(width, height);
        labels.CopyTo(masks.Labels);
        return masks;
    }

    private static byte[] Compose(ClassPalette palette, int frameWidth, int frameHeight, int width, int height, ushort[] labels, int classes, byte gray, OverlayStyle style)
    {
        using var frame = new FramePool().Rent(new FrameFormat(frameWidth, frameHeight));
        frame.Pixels.Fill(gray);
        using var masks = Masks(width, height, labels, classes);
        using var compositor = new CpuCompositor(palette, threads: 1);
        Assert.True(compositor.Compose(frame, masks, style, null, frame));
        return frame.Pixels.ToArray();
    }
}
