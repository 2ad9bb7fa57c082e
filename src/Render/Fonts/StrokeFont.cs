using System.Globalization;
using System.Numerics;

namespace OpenSegR.Realtime.Render.Fonts;

/// <summary>The characters of <c>monoline.font</c>, which is part of this assembly.</summary>
internal sealed class StrokeFont
{
    // Space beside a stroke's centre, by the shape of the side.
    private const float StemSpace = 2.45f;
    private const float RoundSpace = 2.0f;
    private const float OpenSpace = 1.45f;

    // Marks stand this high over small letters and over capitals.
    private const float LowMark = 12.2f;
    private const float HighMark = 16.2f;
    private const float SmallLetter = 10.5f;

    private static readonly Lazy<StrokeFont> Instance = new(Load);
    private readonly Dictionary<char, GlyphOutline> _glyphs = [];
    private readonly Dictionary<string, GlyphOutline> _named = new(StringComparer.Ordinal);

    private StrokeFont()
    {
    }

    /// <summary>The font.</summary>
    public static StrokeFont Monoline => Instance.Value;

    /// <summary>Every character that the font has.</summary>
    public IReadOnlyDictionary<char, GlyphOutline> Glyphs => _glyphs;

    /// <summary>What stands for every other character.</summary>
    public GlyphOutline Fallback => _named["fallback"];

    private static StrokeFont Load()
    {
        using var stream = typeof(StrokeFont).Assembly.GetManifestResourceStream("monoline.font")
            ?? throw new InvalidOperationException("the font is not part of the assembly");
        using var reader = new StreamReader(stream);
        var font = new StrokeFont();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && !line.StartsWith("# ", StringComparison.Ordinal))
            {
                font.Add(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            }
        }

        return font;
    }

    private void Add(string[] tokens)
    {
        if (tokens.Length < 2)
        {
            return;
        }

        var glyph = tokens[1] == "=" ? Compose(tokens[2], tokens[3]) : Draw(tokens);
        if (tokens[0].StartsWith("U+", StringComparison.Ordinal))
        {
            _glyphs[(char)int.Parse(tokens[0].AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)] = glyph;
        }
        else if (tokens[0].Length == 1)
        {
            _glyphs[tokens[0][0]] = glyph;
        }
        else
        {
            _named[tokens[0]] = glyph;
        }
    }

    private static GlyphOutline Draw(string[] tokens)
    {
        var sides = tokens[1];
        var glyph = new GlyphOutline { LeftBearing = Space(sides[0]) };
        glyph.Advance = glyph.LeftBearing + float.Parse(sides.AsSpan(1, sides.Length - 2), CultureInfo.InvariantCulture) + Space(sides[^1]);
        StrokeReader.Read(tokens, first: 2, glyph);
        return glyph;
    }

    private GlyphOutline Compose(string letter, string markName)
    {
        var part = _glyphs.TryGetValue(letter[0], out var known) ? known : throw new FormatException($"'{letter}' has to come before what is made of it");
        var mark = _named["mark:" + markName];
        var glyph = new GlyphOutline { LeftBearing = part.LeftBearing, Advance = part.Advance };
        glyph.Add(part, Vector2.Zero);
        glyph.StemColumns.AddRange(part.StemColumns);
        glyph.BarRows.AddRange(part.BarRows);
        var y = markName == "cedilla" ? 0 : part.High.Y <= SmallLetter ? LowMark : HighMark;
        glyph.Add(mark, new Vector2((part.Low.X + part.High.X) / 2, y));
        return glyph;
    }

    private static float Space(char side) => side switch { 'S' => StemSpace, 'R' => RoundSpace, _ => OpenSpace };
}
