namespace OpenSegR.Realtime.Render.Fonts;

/// <summary>
/// Maps one axis of a glyph from font units to pixels, so that stems and bars fall on whole pixels: those places are rounded, what lies
/// between is stretched evenly.
/// </summary>
internal sealed class Hinting
{
    private readonly float[] _units;
    private readonly float[] _pixels;
    private readonly float _scale;

    /// <summary>Creates a map.</summary>
    /// <param name="places">Places of this glyph that are worth a whole pixel, in any order.</param>
    /// <param name="scale">Pixels a unit.</param>
    /// <param name="zones">Places that are rounded in every glyph, so that all letters are of one height.</param>
    public Hinting(IEnumerable<float> places, float scale, float[] zones)
    {
        _scale = scale;
        var sorted = places.Concat(zones).Distinct().Order().ToList();
        var (units, pixels) = (new List<float>(), new List<float>());
        foreach (var place in sorted)
        {
            var pixel = MathF.Round(place * scale);
            if (units.Count > 0 && (place - units[^1]) * scale < 0.75f)
            {
                // Too near to the one before for a pixel of its own; a zone wins.
                if (!zones.Contains(place))
                {
                    continue;
                }

                units.RemoveAt(units.Count - 1);
                pixels.RemoveAt(pixels.Count - 1);
            }

            units.Add(place);
            pixels.Add(pixel);
        }

        _units = [.. units];
        _pixels = [.. pixels];
    }

    /// <summary>Pixels of a place.</summary>
    public float Apply(float place)
    {
        if (place <= _units[0])
        {
            return _pixels[0] + ((place - _units[0]) * _scale);
        }

        for (var i = 1; i < _units.Length; i++)
        {
            if (place <= _units[i])
            {
                var t = (place - _units[i - 1]) / (_units[i] - _units[i - 1]);
                return _pixels[i - 1] + (t * (_pixels[i] - _pixels[i - 1]));
            }
        }

        return _pixels[^1] + ((place - _units[^1]) * _scale);
    }
}
