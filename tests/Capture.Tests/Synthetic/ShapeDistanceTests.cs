using System.Numerics;
using OpenSegR.Realtime.Capture.Synthetic;

namespace OpenSegR.Realtime.Tests.Synthetic;

public class ShapeDistanceTests
{
    [Fact]
    public void Every_shape_fits_its_bound_and_stands_on_its_base()
    {
        foreach (var shape in Enum.GetValues<ShapeKind>())
        {
            var lowest = float.MaxValue;
            for (var i = 0; i < 40; i++)
            {
                for (var j = 0; j < 40; j++)
                {
                    for (var k = 0; k < 40; k++)
                    {
                        var p = (new Vector3(i, j, k) - new Vector3(19.5f)) / 25f;
                        if (ShapeDistance.At(shape, p) < 0)
                        {
                            Assert.True(p.Length() <= ShapeDistance.Bound, $"{shape} reaches {p}");
                            lowest = Math.Min(lowest, p.Y);
                        }
                    }
                }
            }

            Assert.InRange(lowest, ShapeDistance.Base(shape) - 0.03f, ShapeDistance.Base(shape) + 0.08f);
        }
    }

    [Fact]
    public void A_step_of_the_distance_never_passes_the_surface()
    {
        // What sphere tracing needs: the distance changes no faster than the place.
        var random = new SyntheticRandom(5);
        foreach (var shape in Enum.GetValues<ShapeKind>())
        {
            for (var i = 0; i < 2000; i++)
            {
                var a = new Vector3(random.Next(-0.8f, 0.8f), random.Next(-0.8f, 0.8f), random.Next(-0.8f, 0.8f));
                var b = a + (new Vector3(random.Next(-1, 1), random.Next(-1, 1), random.Next(-1, 1)) * 0.1f);
                var change = MathF.Abs(ShapeDistance.At(shape, a) - ShapeDistance.At(shape, b));
                Assert.True(change <= ((a - b).Length() * 1.02f) + 1e-4f, $"{shape} at {a}: {change} over {(a - b).Length()}");
            }
        }
    }

    [Theory]
    [InlineData(ShapeKind.Ring, 0, 0, 0, false)]
    [InlineData(ShapeKind.Ring, 0.35f, 0, 0, true)]
    [InlineData(ShapeKind.Star, 0, 0.45f, 0, true)]
    [InlineData(ShapeKind.Star, 0, -0.4f, 0, false)]
    [InlineData(ShapeKind.Heart, 0.25f, 0.3f, 0, true)]
    [InlineData(ShapeKind.Heart, 0, 0.4f, 0, false)]
    [InlineData(ShapeKind.Heart, 0, -0.3f, 0, true)]
    [InlineData(ShapeKind.Moon, -0.4f, 0, 0, true)]
    [InlineData(ShapeKind.Moon, 0.25f, 0, 0, false)]
    [InlineData(ShapeKind.Mug, 0.45f, 0, 0, true)]
    [InlineData(ShapeKind.Mug, -0.1f, 0.3f, 0, false)]
    [InlineData(ShapeKind.Cross, 0.4f, 0.4f, 0, false)]
    [InlineData(ShapeKind.Cross, 0.4f, 0, 0, true)]
    [InlineData(ShapeKind.Triangle, 0, 0.4f, 0, true)]
    [InlineData(ShapeKind.Triangle, 0.3f, 0.4f, 0, false)]
    public void Shapes_have_their_features(ShapeKind shape, float x, float y, float z, bool isInside) =>
        Assert.Equal(isInside, ShapeDistance.At(shape, new Vector3(x, y, z)) < 0);
}
