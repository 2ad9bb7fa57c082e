using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render.Fonts;

namespace OpenSegR.Realtime.Render.Hud;

/// <summary>What is drawn over a picture: rectangles, round corners and text, in drawing order. Straight alpha.</summary>
internal sealed class QuadList
{
    /// <summary>Most quads of one list; what comes after is not drawn.</summary>
    public const int Capacity = 1 << 13;

    private const char Ellipsis = '…';
    private Quad[] _quads = new Quad[256];
    private PixelFormat _order;

    /// <summary>Number of quads.</summary>
    public int Count { get; private set; }

    /// <summary>The quads.</summary>
    public ReadOnlySpan<Quad> Quads => _quads.AsSpan(0, Count);

    /// <summary>The font that text is drawn with.</summary>
    public FontAtlas Font { get; private set; } = null!;

    /// <summary>Empties the list.</summary>
    /// <param name="font">Font for what follows.</param>
    /// <param name="order">Order of the picture's channels.</param>
    public void Clear(FontAtlas font, PixelFormat order)
    {
        (Font, _order) = (font, order);
        Count = 0;
    }

    /// <summary>Adds a rectangle.</summary>
    public void AddRect(int x, int y, int width, int height, Rgb color, float opacity) => Add(x, y, width, height, Quad.Solid, 0, Pack(color, opacity));

    /// <summary>Adds a rectangle with round corners.</summary>
    /// <param name="x">Left column.</param>
    /// <param name="y">Top row.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="disc">Disc of the font's whose quarters are the corners.</param>
    /// <param name="color">Colour.</param>
    /// <param name="opacity">Opacity, 0 to 1.</param>
    public void AddRounded(int x, int y, int width, int height, Glyph disc, Rgb color, float opacity)
    {
        var r = Math.Min(disc.Width / 2, Math.Min(width, height) / 2);
        var packed = Pack(color, opacity);
        var far = disc.Width - r;
        Add(x, y, r, r, disc.U, disc.V, packed);
        Add(x + width - r, y, r, r, disc.U + far, disc.V, packed);
        Add(x, y + height - r, r, r, disc.U, disc.V + far, packed);
        Add(x + width - r, y + height - r, r, r, disc.U + far, disc.V + far, packed);
        Add(x + r, y, width - (2 * r), r, Quad.Solid, 0, packed);
        Add(x, y + r, width, height - (2 * r), Quad.Solid, 0, packed);
        Add(x + r, y + height - r, width - (2 * r), r, Quad.Solid, 0, packed);
    }

    /// <summary>Adds text, shortened with an ellipsis where it is wider than allowed.</summary>
    /// <param name="text">The text, one line.</param>
    /// <param name="x">Pen of the first character.</param>
    /// <param name="baseline">Row of the baseline.</param>
    /// <param name="color">Colour.</param>
    /// <param name="opacity">Opacity, 0 to 1.</param>
    /// <param name="maxWidth">Most pixels.</param>
    /// <returns>The pen after the last character.</returns>
    public int AddText(ReadOnlySpan<char> text, int x, int baseline, Rgb color, float opacity = 1, int maxWidth = int.MaxValue)
    {
        var packed = Pack(color, opacity);
        var shorten = maxWidth < int.MaxValue && Font.Measure(text) > maxWidth;
        var end = shorten ? x + maxWidth - Font[Ellipsis].Advance : int.MaxValue;
        foreach (var c in text)
        {
            if (char.IsLowSurrogate(c))
            {
                continue;
            }

            var glyph = Font[c];
            if (x + glyph.Advance > end)
            {
                return AddGlyph(Font[Ellipsis], x, baseline, packed);
            }

            x = AddGlyph(glyph, x, baseline, packed);
        }

        return x;
    }

    private int AddGlyph(Glyph glyph, int x, int baseline, uint color)
    {
        Add(x + glyph.OffsetX, baseline + glyph.OffsetY, glyph.Width, glyph.Height, glyph.U, glyph.V, color);
        return x + glyph.Advance;
    }

    private void Add(int x, int y, int width, int height, int u, int v, uint color)
    {
        if (width <= 0 || height <= 0 || Count == Capacity || Math.Abs(x) > short.MaxValue || Math.Abs(y) > short.MaxValue)
        {
            return;
        }

        if (Count == _quads.Length)
        {
            Array.Resize(ref _quads, 2 * _quads.Length);
        }

        _quads[Count++] = new Quad((short)x, (short)y, (ushort)width, (ushort)height, (ushort)u, (ushort)v, color);
    }

    private uint Pack(Rgb color, float opacity)
    {
        var (first, last) = _order == PixelFormat.Rgb24 ? (color.R, color.B) : (color.B, color.R);
        return first | ((uint)color.G << 8) | ((uint)last << 16) | ((uint)((opacity * 255) + 0.5f) << 24);
    }
}
