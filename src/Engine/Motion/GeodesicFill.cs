using System.Numerics;

namespace OpenSegR.Realtime.Motion;

/// <summary>
/// Gives places that nothing is known of what the nearest known place has, nearest along like colours: a geodesic distance, found by a raster
/// sweep in each direction (Toivanen, "New geodesic distance transforms for gray-scale images", Pattern Recognition Letters 17, 1996).
/// </summary>
internal sealed class GeodesicFill
{
    // A step between neighbours costs 1 and this for every grey level of the three channels by which they differ.
    private const float ColorWeight = 0.5f;

    private float[] _distances = [];
    private int _width;
    private int _height;

    /// <summary>Sets the size; nothing is unknown.</summary>
    public void Begin(int width, int height)
    {
        (_width, _height, Unknown) = (width, height, 0);
        if (_distances.Length < width * height)
        {
            _distances = new float[width * height];
        }

        _distances.AsSpan(0, width * height).Clear();
    }

    /// <summary>Number of places that were unknown.</summary>
    public int Unknown { get; private set; }

    /// <summary>Whether a place was unknown.</summary>
    public bool IsUnknown(int index) => _distances[index] > 0;

    /// <summary>Says that nothing is known of a place.</summary>
    public void MarkUnknown(int index)
    {
        _distances[index] = float.MaxValue;
        Unknown++;
    }

    /// <summary>Overwrites what the unknown places have. Where all are unknown, nothing is changed.</summary>
    /// <param name="colors">The picture.</param>
    /// <param name="sources">What each place has.</param>
    public void Run(ReadOnlySpan<uint> colors, Span<Vector2> sources)
    {
        if (Unknown == 0 || Unknown == _width * _height)
        {
            return;
        }

        for (var y = 0; y < _height; y++)
        {
            for (var x = NextUnknown(y, 0); x < _width; x = NextUnknown(y, x + 1))
            {
                var i = (y * _width) + x;
                Take(colors, sources, i, x > 0, i - 1);
                Take(colors, sources, i, y > 0, i - _width);
                Take(colors, sources, i, y > 0 && x > 0, i - _width - 1);
                Take(colors, sources, i, y > 0 && x < _width - 1, i - _width + 1);
            }
        }

        for (var y = _height - 1; y >= 0; y--)
        {
            for (var x = LastUnknown(y, _width); x >= 0; x = LastUnknown(y, x))
            {
                var i = (y * _width) + x;
                Take(colors, sources, i, x < _width - 1, i + 1);
                Take(colors, sources, i, y < _height - 1, i + _width);
                Take(colors, sources, i, y < _height - 1 && x < _width - 1, i + _width + 1);
                Take(colors, sources, i, y < _height - 1 && x > 0, i + _width - 1);
            }
        }
    }

    // The first unknown place of a row at or behind x, or the width.
    private int NextUnknown(int y, int x)
    {
        var found = _distances.AsSpan((y * _width) + x, _width - x).IndexOfAnyExcept(0f);
        return found < 0 ? _width : x + found;
    }

    // The last unknown place of a row before x, or -1.
    private int LastUnknown(int y, int x) => _distances.AsSpan(y * _width, x).LastIndexOfAnyExcept(0f);

    private void Take(ReadOnlySpan<uint> colors, Span<Vector2> sources, int i, bool isThere, int from)
    {
        if (!isThere || _distances[from] >= _distances[i])
        {
            return;
        }

        var distance = _distances[from] + 1 + (ColorWeight * Difference(colors[i], colors[from]));
        if (distance < _distances[i])
        {
            (_distances[i], sources[i]) = (distance, sources[from]);
        }
    }

    private static int Difference(uint a, uint b) =>
        Math.Abs((int)(a & 255) - (int)(b & 255)) + Math.Abs((int)((a >> 8) & 255) - (int)((b >> 8) & 255)) + Math.Abs((int)(a >> 16) - (int)(b >> 16));
}
