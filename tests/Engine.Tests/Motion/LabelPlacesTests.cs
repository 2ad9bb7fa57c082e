using System.Numerics;
using OpenSegR.Realtime.Motion;

namespace OpenSegR.Realtime.Tests.Motion;

public sealed class LabelPlacesTests
{
    [Theory]
    [InlineData(16, 9, 16, 9)]
    [InlineData(16, 9, 32, 18)]
    [InlineData(23, 17, 88, 48)]
    [InlineData(160, 90, 88, 48)]
    [InlineData(40, 30, 13, 7)]
    [InlineData(5, 3, 1, 1)]
    [InlineData(1, 1, 3, 2)]
    public void A_label_comes_from_where_the_motion_says(int motionWidth, int motionHeight, int width, int height)
    {
        var random = new Random(7);
        var positions = new Vector2[motionWidth * motionHeight];
        for (var i = 0; i < positions.Length; i++)
        {
            // Some of them outside.
            positions[i] = new Vector2((i % motionWidth) + (random.NextSingle() * 8) - 4, (i / motionWidth) + (random.NextSingle() * 8) - 4);
        }

        var labels = new ushort[width * height];
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = (ushort)random.Next(4);
        }

        var places = new LabelPlaces();
        places.Find(positions, motionWidth, motionHeight, width, height);
        var moved = new ushort[labels.Length];
        places.Gather(labels, moved);

        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                Assert.Equal(Expected(positions, motionWidth, motionHeight, labels, width, height, x, y), moved[(y * width) + x]);
            }
        }
    }

    // One label at a time, as it is defined.
    private static ushort Expected(Vector2[] positions, int motionWidth, int motionHeight, ushort[] labels, int width, int height, int x, int y)
    {
        var scale = new Vector2(motionWidth / (float)width, motionHeight / (float)height);
        var middle = (new Vector2(x + 0.5f, y + 0.5f) * scale) - new Vector2(0.5f);
        if (scale.X <= 1 && scale.Y <= 1)
        {
            return At(middle);
        }

        var quarter = scale / 4;
        ushort[] votes =
        [
            At(middle - quarter), At(middle + new Vector2(quarter.X, -quarter.Y)), At(middle + new Vector2(-quarter.X, quarter.Y)), At(middle + quarter),
        ];
        // Most of them, the first where several are as many; groups keep the order in which their labels came.
        return votes.GroupBy(label => label).OrderByDescending(votesOfOne => votesOfOne.Count()).First().Key;

        ushort At(Vector2 point)
        {
            var nearX = Math.Clamp((int)MathF.Round(point.X), 0, motionWidth - 1);
            var nearY = Math.Clamp((int)MathF.Round(point.Y), 0, motionHeight - 1);
            var from = (positions[(nearY * motionWidth) + nearX] + middle - new Vector2(nearX, nearY) + new Vector2(0.5f)) / scale;
            return labels[(Math.Clamp((int)MathF.Floor(from.Y), 0, height - 1) * width) + Math.Clamp((int)MathF.Floor(from.X), 0, width - 1)];
        }
    }
}
