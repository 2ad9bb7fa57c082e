using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace OpenSegR.Realtime.Motion;

/// <summary>
/// Finds the places of a picture that the one before did not show as the motion says - what a thing uncovered, what the motion got wrong - and
/// sends each to where its nearest neighbour of like colour came from. What is uncovered then gets the label of what it belongs to, not of the
/// thing that stood there, and frames chained over such a field pass it on.
/// </summary>
internal sealed class FlowRepair
{
    // A residual of so many times the median is no noise: the median of the mean difference of three channels is 0.8 of the standard deviation of
    // one, so this is six of those, and what sampling makes of fine texture has longer tails than noise.
    private const float NoiseFactor = 8;
    // Grey levels that sampling makes of texture also where most of the picture is plain or stands still, without any noise.
    private const float LeastLimit = 4;
    // Residuals are counted in steps of 1/16 grey level.
    private const int Steps = 16;

    private readonly GeodesicFill _fill = new();
    private readonly int[] _histogram = new int[256 * Steps];
    private Vector2[] _sources = [];

    /// <summary>Repairs a field and fills in its residuals and its noise.</summary>
    /// <param name="flow">From the newer picture to the older.</param>
    /// <param name="newer">Of the size of the field.</param>
    /// <param name="older">Of the size of the field.</param>
    public void Run(FlowField flow, ColorThumbnail newer, ColorThumbnail older)
    {
        var (width, height) = (flow.Width, flow.Height);
        if (_sources.Length < width * height)
        {
            _sources = new Vector2[width * height];
        }

        _fill.Begin(width, height);
        Array.Clear(_histogram);
        var sources = _sources.AsSpan(0, width * height);
        var here = newer.Pixels;
        var before = older.Pixels;
        var last = new Vector2(width - 1, height - 1);
        for (int y = 0, i = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++, i++)
            {
                var source = Vector2.Clamp(new Vector2(x, y) + flow.Vectors[i], Vector2.Zero, last);
                sources[i] = source;
                var residual = Residual(before, width, height, source, here[i]);
                flow.Residuals[i] = residual;
                _histogram[(int)(residual * Steps)]++;
            }
        }

        flow.Noise = Median(sources.Length);
        // At most half the picture is above, also where the light changes and all is other.
        var limit = Math.Max(LeastLimit, NoiseFactor * flow.Noise);
        for (var i = 0; i < sources.Length; i++)
        {
            if (flow.Residuals[i] > limit)
            {
                _fill.MarkUnknown(i);
            }
        }

        _fill.Run(here, sources);
        for (int y = 0, i = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++, i++)
            {
                if (_fill.IsUnknown(i))
                {
                    flow.Vectors[i] = sources[i] - new Vector2(x, y);
                }
            }
        }
    }

    private float Median(int count)
    {
        var (step, below) = (0, _histogram[0]);
        while (2 * below < count)
        {
            below += _histogram[++step];
        }

        return (step + 0.5f) / Steps;
    }

    /// <summary>Mean difference of the channels of a colour and of the picture between four pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Residual(ReadOnlySpan<uint> picture, int width, int height, Vector2 at, uint color)
    {
        var (x, y) = ((int)at.X, (int)at.Y);
        var index = (y * width) + x;
        var right = x < width - 1 ? 1 : 0;
        var below = y < height - 1 ? width : 0;
        var u = Vector128.Create(at.X - x);
        var (a, b) = (Channels(picture[index]), Channels(picture[index + right]));
        var (c, d) = (Channels(picture[index + below]), Channels(picture[index + below + right]));
        var top = a + (u * (b - a));
        var bottom = c + (u * (d - c));
        return Vector128.Sum(Vector128.Abs(top + (Vector128.Create(at.Y - y) * (bottom - top)) - Channels(color))) * (1 / 3f);
    }

    private static Vector128<float> Channels(uint pixel) =>
        Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(pixel).AsByte())).AsInt32());
}
