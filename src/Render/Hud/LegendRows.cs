using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Render.Hud;

/// <summary>The classes of a picture, the largest first.</summary>
internal sealed class LegendRows
{
    private static readonly Comparison<LegendRow> ByArea =
        static (a, b) => a.Area != b.Area ? b.Area.CompareTo(a.Area) : a.ClassIndex.CompareTo(b.ClassIndex);

    private readonly Dictionary<int, int> _places = [];

    /// <summary>The classes.</summary>
    public List<LegendRow> Rows { get; } = [];

    /// <summary>Collects the classes of a result that have pixels and are drawn.</summary>
    public void Collect(SegmentationResult masks, OverlayStyle style)
    {
        Rows.Clear();
        _places.Clear();
        foreach (var segment in masks.Segments)
        {
            if ((uint)segment.ClassIndex >= (uint)masks.Vocabulary.Count || segment.Area <= 0)
            {
                continue;
            }

            if (_places.TryGetValue(segment.ClassIndex, out var place))
            {
                Rows[place] = Rows[place] with { Area = Rows[place].Area + segment.Area, Count = Rows[place].Count + 1 };
            }
            else if (!style.HiddenClasses.Contains(masks.Vocabulary.Classes[segment.ClassIndex].Name))
            {
                _places.Add(segment.ClassIndex, Rows.Count);
                Rows.Add(new LegendRow(segment.ClassIndex, segment.Area, 1));
            }
        }

        Rows.Sort(ByArea);
    }
}
