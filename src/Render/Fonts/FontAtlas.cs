using System.Numerics;

namespace OpenSegR.Realtime.Render.Fonts;

/// <summary>
/// Every character of a font at one size, as coverage from 0 to 255 in one image that both compositors copy from, and discs for round
/// corners. Edges are exact distances to the strokes, one pixel wide; stems and bars are moved to whole pixels, so that they are sharp.
/// </summary>
internal sealed class FontAtlas
{
    /// <summary>Width of the image.</summary>
    public const int Width = 512;

    private const float Stroke = 1.72f;
    private const float LeastStroke = 1.15f;
    private readonly Dictionary<char, Glyph> _glyphs = [];
    private readonly Glyph[] _ascii = new Glyph[128];
    private readonly float _scale;
    private readonly float _radius;
    private byte[] _coverage = new byte[Width * 64];
    private int _penX;
    private int _penY;
    private int _shelf;

    /// <summary>Draws the characters.</summary>
    /// <param name="capHeight">Height of capitals in pixels, 6 to 64.</param>
    public FontAtlas(int capHeight)
    {
        CapHeight = Math.Clamp(capHeight, 6, 64);
        _scale = CapHeight / (14 + Stroke);
        _radius = Math.Max(LeastStroke, Stroke * _scale) / 2;
        LineHeight = (int)MathF.Round(CapHeight * 1.75f);
        Corner = AddDisc(Math.Max(2, CapHeight / 2));
        Dot = AddDisc(Math.Max(1, CapHeight / 5));
        var font = StrokeFont.Monoline;
        foreach (var (character, outline) in font.Glyphs)
        {
            _glyphs[character] = Draw(outline, char.IsAsciiDigit(character));
        }

        Fallback = Draw(font.Fallback, isDigit: false);
        for (var c = 0; c < _ascii.Length; c++)
        {
            _ascii[c] = _glyphs.GetValueOrDefault((char)c, Fallback);
        }

        Height = _penY + _shelf;
        Array.Resize(ref _coverage, Width * Height);
    }

    /// <summary>Height of capitals in pixels.</summary>
    public int CapHeight { get; }

    /// <summary>Pixels from one line of text to the next.</summary>
    public int LineHeight { get; }

    /// <summary>Height of the image.</summary>
    public int Height { get; }

    /// <summary>Coverage, row by row, <see cref="Width"/> times <see cref="Height"/> values.</summary>
    public ReadOnlySpan<byte> Coverage => _coverage;

    /// <summary>What stands for characters that the font lacks.</summary>
    public Glyph Fallback { get; }

    /// <summary>A disc whose quarters are the corners of panels.</summary>
    public Glyph Corner { get; }

    /// <summary>A disc whose quarters are the corners of small things.</summary>
    public Glyph Dot { get; }

    /// <summary>A character, or the fallback.</summary>
    public Glyph this[char character] =>
        character < _ascii.Length ? _ascii[character] : _glyphs.TryGetValue(character, out var glyph) ? glyph : Fallback;

    /// <summary>Width of a text in pixels.</summary>
    public int Measure(ReadOnlySpan<char> text)
    {
        var width = 0;
        foreach (var c in text)
        {
            // The second half of a pair belongs to the first, which is drawn as the fallback.
            width += char.IsLowSurrogate(c) ? 0 : this[c].Advance;
        }

        return width;
    }

    private Glyph AddDisc(int radius)
    {
        var (u, v) = Place(2 * radius, 2 * radius);
        for (var y = 0; y < 2 * radius; y++)
        {
            for (var x = 0; x < 2 * radius; x++)
            {
                var distance = new Vector2(x + 0.5f - radius, y + 0.5f - radius).Length();
                _coverage[((v + y) * Width) + u + x] = Cover(radius - distance);
            }
        }

        return new Glyph(u, v, 2 * radius, 2 * radius, 0, 0, 2 * radius);
    }

    private Glyph Draw(GlyphOutline outline, bool isDigit)
    {
        // Stroke centres go to pixel centres: the origin's column is the one that x = 0 falls into.
        var columns = new Hinting(outline.StemColumns, _scale, [0]);
        var rows = new Hinting(outline.BarRows, _scale, [-4, 0, 10, 14, 15]);
        var leftBearing = (int)MathF.Round(outline.LeftBearing * _scale);
        var right = outline.Advance - outline.LeftBearing;
        // The space after a letter is the same wherever its last stem went; digits keep their one width.
        var advance = isDigit ? (int)MathF.Round(outline.Advance * _scale) : leftBearing + (int)MathF.Round(columns.Apply(right));
        if (outline.Segments.Count == 0)
        {
            return new Glyph(0, 0, 0, 0, 0, 0, Math.Max(1, advance));
        }

        // y up in the outline, down in the image.
        var segments = outline.Segments.ConvertAll(s => (
            From: new Vector2(columns.Apply(s.From.X), -rows.Apply(s.From.Y)), To: new Vector2(columns.Apply(s.To.X), -rows.Apply(s.To.Y))));
        var low = segments.Select(static s => Vector2.Min(s.From, s.To)).Aggregate(Vector2.Min);
        var high = segments.Select(static s => Vector2.Max(s.From, s.To)).Aggregate(Vector2.Max);
        var reach = (int)MathF.Ceiling(_radius);
        var (left, top) = ((int)MathF.Floor(low.X) - reach, (int)MathF.Floor(low.Y) - reach);
        var (width, height) = ((int)MathF.Ceiling(high.X) + reach - left + 1, (int)MathF.Ceiling(high.Y) + reach - top + 1);
        var (u, v) = Place(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                _coverage[((v + y) * Width) + u + x] = Cover(_radius - Distance(segments, new Vector2(left + x, top + y)));
            }
        }

        return new Glyph(u, v, width, height, leftBearing + left, top, advance);
    }

    private float Distance(List<(Vector2 From, Vector2 To)> segments, Vector2 point)
    {
        var nearest = float.MaxValue;
        foreach (var (from, to) in segments)
        {
            var along = to - from;
            var length = along.LengthSquared();
            var t = length == 0 ? 0 : Math.Clamp(Vector2.Dot(point - from, along) / length, 0, 1);
            // A dot as wide as a stroke looks thinner than one.
            var distance = Vector2.Distance(point, from + (t * along)) - (length == 0 ? 0.2f * _scale : 0);
            nearest = Math.Min(nearest, distance);
        }

        return nearest;
    }

    private static byte Cover(float inside) => (byte)MathF.Round(255 * Math.Clamp(inside + 0.5f, 0, 1));

    private (int U, int V) Place(int width, int height)
    {
        if (_penX + width > Width)
        {
            _penY += _shelf;
            (_penX, _shelf) = (0, 0);
        }

        var place = (_penX, _penY);
        _penX += width;
        _shelf = Math.Max(_shelf, height);
        while ((_penY + _shelf) * Width > _coverage.Length)
        {
            Array.Resize(ref _coverage, 2 * _coverage.Length);
        }

        return place;
    }
}
