using System.Globalization;
using System.Numerics;

namespace OpenSegR.Realtime.Render.Fonts;

/// <summary>Reads the strokes of a glyph; the commands are explained at the top of <c>monoline.font</c>.</summary>
internal ref struct StrokeReader
{
    private const int CurveSteps = 10;
    private readonly string[] _tokens;
    private readonly GlyphOutline _glyph;
    private int _next;
    private Vector2 _pen;
    private bool _isDown;

    private StrokeReader(string[] tokens, int first, GlyphOutline glyph)
    {
        _tokens = tokens;
        _next = first;
        _glyph = glyph;
    }

    /// <summary>Reads strokes from <paramref name="tokens"/> on, into <paramref name="glyph"/>.</summary>
    /// <exception cref="FormatException">A command is unknown or lacks numbers.</exception>
    public static void Read(string[] tokens, int first, GlyphOutline glyph)
    {
        var reader = new StrokeReader(tokens, first, glyph);
        while (reader._next < tokens.Length)
        {
            reader.Command();
        }
    }

    private void Command()
    {
        switch (_tokens[_next++])
        {
            case "M":
                _pen = Point();
                _isDown = false;
                break;
            case "L":
                Line(Point());
                break;
            case "Q":
                var (middle, end) = (Point(), Point());
                Curve(_pen + ((middle - _pen) * 2 / 3), end + ((middle - end) * 2 / 3), end);
                break;
            case "C":
                Curve(Point(), Point(), Point());
                break;
            case "A":
                Arc(Point(), Point(), Number(), Number());
                break;
            case "O":
                _isDown = false;
                Arc(Point(), Point(), 0, 360);
                _isDown = false;
                break;
            case "D":
                _pen = Point();
                _glyph.Segments.Add((_pen, _pen));
                break;
            default:
                throw new FormatException($"unknown stroke '{_tokens[_next - 1]}'");
        }
    }

    private void Line(Vector2 to)
    {
        if (_pen.X == to.X)
        {
            _glyph.StemColumns.Add(to.X);
        }

        if (_pen.Y == to.Y)
        {
            _glyph.BarRows.Add(to.Y);
        }

        Piece(to);
    }

    private void Piece(Vector2 to)
    {
        _glyph.Segments.Add((_pen, to));
        _pen = to;
        _isDown = true;
    }

    private void Curve(Vector2 first, Vector2 second, Vector2 end)
    {
        var start = _pen;
        for (var i = 1; i <= CurveSteps; i++)
        {
            var t = (float)i / CurveSteps;
            var u = 1 - t;
            Piece((u * u * u * start) + (3 * u * u * t * first) + (3 * u * t * t * second) + (t * t * t * end));
        }
    }

    private void Arc(Vector2 centre, Vector2 radius, float fromDegrees, float toDegrees)
    {
        var start = At(centre, radius, fromDegrees);
        if (_isDown)
        {
            Piece(start);
        }

        _pen = start;
        var steps = Math.Max(1, (int)MathF.Ceiling(MathF.Abs(toDegrees - fromDegrees) / 12));
        for (var i = 1; i <= steps; i++)
        {
            Piece(At(centre, radius, fromDegrees + ((toDegrees - fromDegrees) * i / steps)));
        }

        // The sides, top and bottom of the ellipse where the arc passes them.
        for (var quarter = MathF.Ceiling(fromDegrees / 90); quarter * 90 <= toDegrees; quarter++)
        {
            var extreme = At(centre, radius, quarter * 90);
            if ((int)quarter % 2 == 0)
            {
                _glyph.StemColumns.Add(extreme.X);
            }
            else
            {
                _glyph.BarRows.Add(extreme.Y);
            }
        }
    }

    private static Vector2 At(Vector2 centre, Vector2 radius, float degrees)
    {
        var (sin, cos) = MathF.SinCos(degrees * MathF.PI / 180);
        return centre + (radius * new Vector2(cos, sin));
    }

    private Vector2 Point() => new(Number(), Number());

    private float Number() => _next < _tokens.Length && float.TryParse(_tokens[_next], NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
        ? Advance(value)
        : throw new FormatException("a stroke lacks a number");

    private float Advance(float value)
    {
        _next++;
        return value;
    }
}
