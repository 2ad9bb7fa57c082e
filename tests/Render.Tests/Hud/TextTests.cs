using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Render.Fonts;
using OpenSegR.Realtime.Render.Hud;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Tests.Hud;

public sealed class TextTests
{
    // Signs of Latin-1 that nobody calls a class by.
    private const string Without = "\u00AD¤¦¨ª¬¯´¶¸º¼½¾";

    [Theory]
    [InlineData(8)]
    [InlineData(11)]
    [InlineData(17)]
    [InlineData(40)]
    public void Every_size_has_ascii_and_latin_1_and_letters_keep_their_heights(int capHeight)
    {
        var font = new FontAtlas(capHeight);
        for (var c = ' '; c <= 'ÿ'; c++)
        {
            if (!char.IsControl(c) && !Without.Contains(c, StringComparison.Ordinal))
            {
                Assert.True(font[c] != font.Fallback, $"'{c}' is missing");
                Assert.True(font[c].Advance > 0);
            }
        }

        Assert.Equal(font.Fallback, font['漢']);
        Assert.Single("HEFTLDZ".Select(c => font[c].OffsetY).Distinct());
        Assert.Single("nmruxz".Select(c => font[c].OffsetY).Distinct());
        Assert.Single("0123456789".Select(c => font[c].Advance).Distinct());
    }

    [Fact]
    public void A_stem_is_sharp()
    {
        // At 11 pixels some column of an H is covered in full from top to bottom.
        var font = new FontAtlas(11);
        var glyph = font['H'];
        var columns = Enumerable.Range(0, glyph.Width)
            .Select(x => Enumerable.Range(2, glyph.Height - 4).Min(y => font.Coverage[((glyph.V + y) * FontAtlas.Width) + glyph.U + x]));
        Assert.Contains((byte)255, columns);
    }

    [Fact]
    public void Text_is_measured_as_it_is_drawn_and_shortened_where_it_must()
    {
        var list = new QuadList();
        list.Clear(new FontAtlas(12), PixelFormat.Rgb24);
        Assert.Equal(10 + list.Font.Measure("abc def"), list.AddText("abc def", 10, 20, default));
        var end = list.AddText("a very long name of a class", 0, 20, default, 1, maxWidth: 60);
        Assert.InRange(end, 30, 60);
        // A pair of surrogates is one character, which the font lacks.
        Assert.Equal(list.Font.Fallback.Advance, list.Font.Measure("😀"));
    }

    [Fact]
    public void A_full_list_drops_what_is_too_much()
    {
        var list = new QuadList();
        list.Clear(new FontAtlas(12), PixelFormat.Rgb24);
        for (var i = 0; i < QuadList.Capacity + 10; i++)
        {
            list.AddRect(i % 100, 0, 1, 1, default, 1);
        }

        Assert.Equal(QuadList.Capacity, list.Count);
        list.Clear(list.Font, PixelFormat.Rgb24);
        list.AddRect(100_000, 0, 5, 5, default, 1);
        list.AddRect(0, 0, 0, 5, default, 1);
        Assert.Equal(0, list.Count);
    }

    [Fact]
    public void The_legend_lists_what_is_there_by_area()
    {
        using var scene = new Scene(640, 360, 4);
        scene.Masks.Segments.Clear();
        scene.Masks.Segments.Add(new Segment(1, 3, true, 1, 100, default));
        scene.Masks.Segments.Add(new Segment(2, 1, true, 1, 5000, default));
        scene.Masks.Segments.Add(new Segment(3, 3, true, 1, 200, default));
        scene.Masks.Segments.Add(new Segment(4, 4, true, 1, 0, default));
        scene.Masks.Segments.Add(new Segment(5, 99, true, 1, 10, default));
        var legend = new LegendRows();
        legend.Collect(scene.Masks, OverlayStyle.Default);
        Assert.Equal([(1, 5000L, 1), (3, 300L, 2)], legend.Rows.Select(r => (r.ClassIndex, r.Area, r.Count)));
        legend.Collect(scene.Masks, OverlayStyle.Default with { HiddenClasses = new HashSet<string> { "class 1" } });
        Assert.Equal([3], legend.Rows.Select(r => r.ClassIndex));
    }

    [Fact]
    public void Statistics_are_worded_for_one_and_for_many()
    {
        int Quads(HudContent hud)
        {
            var layout = new HudLayout(new ClassPalette());
            Assert.True(layout.Build(new FrameFormat(1280, 720), null, OverlayStyle.Default, hud));
            return layout.Quads.Count;
        }

        // "1 frame dropped" is a letter shorter than "2 frames dropped".
        Assert.Equal(Quads(new HudContent { DroppedFrames = 2 }) - 1, Quads(new HudContent { DroppedFrames = 1 }));
        Assert.True(Quads(new HudContent { MasksReused = true, MasksPerSecond = 4.5, MaskLagMs = 120 }) > Quads(new HudContent { MasksReused = true }));
    }

    [Theory]
    [InlineData(16384, 120)]
    [InlineData(120, 16384)]
    [InlineData(121, 119)]
    [InlineData(160, 120)]
    public void Odd_pictures_are_laid_out_within_themselves(int width, int height)
    {
        using var scene = new Scene(8, 8, 1, classes: 300, mode: SegmentationMode.Panoptic);
        var layout = new HudLayout(new ClassPalette());
        var hud = new HudContent { Title = new string('W', 300), FramesPerSecond = 1 };
        if (!layout.Build(new FrameFormat(width, height), scene.Masks, OverlayStyle.Default, hud))
        {
            Assert.True(Math.Min(width, height) < 120);
            return;
        }

        foreach (var quad in layout.Quads.Quads)
        {
            Assert.InRange(quad.X, 0, width);
            Assert.InRange(quad.X + quad.Width, 0, width);
            Assert.InRange(quad.Y + quad.Height, 0, height);
        }
    }
}
