using System.Numerics;
using OpenSegR.Realtime.Motion;

namespace OpenSegR.Realtime.Tests.Motion;

public sealed class GeodesicFillTests
{
    [Fact]
    public void An_unknown_place_takes_what_the_nearest_of_its_own_colour_has()
    {
        // Dark to the left of column 6, bright from there on; known are only the two ends.
        const int width = 10, height = 3;
        var colors = new uint[width * height];
        var sources = new Vector2[width * height];
        var fill = new GeodesicFill();
        fill.Begin(width, height);
        for (var i = 0; i < colors.Length; i++)
        {
            var x = i % width;
            colors[i] = x < 6 ? 0x101010u : 0xE0E0E0u;
            sources[i] = new Vector2(x, 0);
            if (x is > 0 and < 9)
            {
                fill.MarkUnknown(i);
            }
        }

        fill.Run(colors, sources);
        Assert.Equal(24, fill.Unknown);
        for (var i = 0; i < sources.Length; i++)
        {
            Assert.Equal(i % width < 6 ? 0 : 9, sources[i].X);
        }
    }

    [Fact]
    public void Where_nothing_is_known_nothing_changes()
    {
        var fill = new GeodesicFill();
        fill.Begin(2, 1);
        fill.MarkUnknown(0);
        fill.MarkUnknown(1);
        Vector2[] sources = [new(3, 4), new(5, 6)];
        fill.Run([1, 2], sources);
        Assert.Equal([new Vector2(3, 4), new Vector2(5, 6)], sources);
    }
}
