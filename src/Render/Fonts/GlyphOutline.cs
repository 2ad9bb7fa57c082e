using System.Numerics;

namespace OpenSegR.Realtime.Render.Fonts;

/// <summary>The strokes of one character in font units: y up, baseline 0, x-height 10, capital height 14.</summary>
internal sealed class GlyphOutline
{
    /// <summary>Straight pieces, curves flattened; a dot is a piece whose ends coincide.</summary>
    public List<(Vector2 From, Vector2 To)> Segments { get; } = [];

    /// <summary>Columns of straight stems and of the sides of round strokes: worth a whole pixel.</summary>
    public List<float> StemColumns { get; } = [];

    /// <summary>Rows of level strokes: worth a whole pixel.</summary>
    public List<float> BarRows { get; } = [];

    /// <summary>Space from the origin to x = 0.</summary>
    public float LeftBearing { get; set; }

    /// <summary>Distance from this character's origin to the next one's.</summary>
    public float Advance { get; set; }

    /// <summary>Lowest corner of the strokes' centres; 0 where there are none.</summary>
    public Vector2 Low => Segments.Count == 0 ? Vector2.Zero : Segments.Select(static s => Vector2.Min(s.From, s.To)).Aggregate(Vector2.Min);

    /// <summary>Highest corner of the strokes' centres; 0 where there are none.</summary>
    public Vector2 High => Segments.Count == 0 ? Vector2.Zero : Segments.Select(static s => Vector2.Max(s.From, s.To)).Aggregate(Vector2.Max);

    /// <summary>Adds the strokes of a mark, moved.</summary>
    public void Add(GlyphOutline mark, Vector2 offset)
    {
        foreach (var (from, to) in mark.Segments)
        {
            Segments.Add((from + offset, to + offset));
        }
    }
}
