using OpenSegR.Realtime.Render;

namespace OpenSegR.Realtime.Tests;

public sealed class PaletteTests
{
    [Fact]
    public void A_name_keeps_its_colour_whatever_comes_later()
    {
        var palette = new ClassPalette();
        var names = new[] { "person", "sky", "green bicycle", "lamp" };
        var before = names.Select(palette.ColorOf).ToArray();
        for (var i = 0; i < 500; i++)
        {
            palette.ColorOf($"class {i}");
        }

        Assert.Equal(before, names.Reverse().Select(palette.ColorOf).Reverse());
        Assert.Equal(before, names.Select(new ClassPalette().ColorOf));
    }

    [Theory]
    [InlineData("sky", 0x7ECBFF)]
    [InlineData("Grass", 0xA4CF30)]
    [InlineData("red ball", 0xE8384F)]
    [InlineData("dark blue brick wall", 0x4186E0)] // the word of colour counts, not the noun
    [InlineData("paving stones", 0x708090)]
    [InlineData("hedge", 0x37A862)]
    public void Names_are_seen_in_the_colour_that_people_expect(string name, int hex) =>
        Assert.Equal(Rgb.FromHex(hex), new ClassPalette().ColorOf(name));

    [Fact]
    public void Names_that_call_for_the_same_colour_differ()
    {
        var palette = new ClassPalette();
        string[] names = ["water", "sea", "blue ball", "blue cube", "river", "lake", "navy", "azure"];
        var colors = names.Select(palette.ColorOf).ToArray();
        Assert.Equal(names.Length, colors.Distinct().Count());
        Assert.All(colors[..2], color => Assert.True(Rgb.Distance(color, Rgb.FromHex(0x2F6FE0)) < 0.22f, $"{color}"));
    }

    [Fact]
    public void The_first_twenty_are_far_apart()
    {
        var palette = new ClassPalette();
        var colors = Enumerable.Range(0, 20).Select(i => palette.ColorOf($"thing {i}")).ToArray();
        for (var i = 0; i < colors.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                Assert.True(Rgb.Distance(colors[i], colors[j]) > 0.07f, $"{colors[i]} and {colors[j]}");
            }
        }
    }

    [Fact]
    public void Ten_thousand_names_get_colours_that_differ_mostly()
    {
        var palette = new ClassPalette();
        var colors = Enumerable.Range(0, 10_000).Select(i => palette.ColorOf($"c{i}")).ToArray();
        Assert.True(colors.Distinct().Count() > 9000, $"{colors.Distinct().Count()}");
        // Neighbours are never alike, and nothing is so dark or so bright that it hides the picture.
        for (var i = 1; i < colors.Length; i++)
        {
            Assert.True(Rgb.Distance(colors[i - 1], colors[i]) > 0.03f, $"{i}");
            Assert.InRange(colors[i].ToOklch().Lightness, 0.25f, 0.95f);
        }
    }

    [Fact]
    public void Instances_vary_around_the_class()
    {
        var color = Rgb.FromHex(0x4186E0);
        Assert.Equal(color, ClassPalette.InstanceColor(color, 0));
        var instances = Enumerable.Range(1, 300).Select(i => ClassPalette.InstanceColor(color, i)).ToArray();
        Assert.True(instances.Distinct().Count() > 280, $"{instances.Distinct().Count()}");
        Assert.All(instances, c => Assert.True(Rgb.Distance(c, color) < 0.22f, $"{c}"));
        // Neighbours, which are seen together, differ.
        Assert.All(Enumerable.Range(1, 299), i => Assert.True(Rgb.Distance(instances[i], instances[i - 1]) > 0.03f, $"{i}"));
    }

    [Theory]
    [InlineData(0x000000)]
    [InlineData(0xFFFFFF)]
    [InlineData(0x808080)]
    [InlineData(0xE8384F)]
    [InlineData(0x00D66B)]
    public void Oklch_and_back(int hex)
    {
        var color = Rgb.FromHex(hex);
        var (lightness, chroma, hue) = color.ToOklch();
        var back = Rgb.FromOklch(lightness, chroma, hue);
        Assert.InRange(Math.Abs(color.R - back.R) + Math.Abs(color.G - back.G) + Math.Abs(color.B - back.B), 0, 3);
    }

    [Fact]
    public void Oklch_of_known_colours()
    {
        // Values of the published definition: white is (1, 0), sRGB red is (0.628, 0.258, 29.2 degrees).
        Assert.Equal(1, new Rgb(255, 255, 255).ToOklch().Lightness, 0.001);
        var (lightness, chroma, hue) = new Rgb(255, 0, 0).ToOklch();
        Assert.Equal(0.628, lightness, 0.001);
        Assert.Equal(0.258, chroma, 0.001);
        Assert.Equal(29.2, hue, 0.1);
    }
}
