using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Render;

/// <summary>
/// What each label value looks like: fill and contour colours, straight (not premultiplied) alpha. Both compositors draw from these tables,
/// so opacity, highlight, hidden classes and instance colours are decided here only.
/// </summary>
/// <remarks>
/// A table has <see cref="Count"/> + 1 entries; a label v uses entry min(v, Count), so void and any label out of range share the last one.
/// An entry is four bytes: three channels in the frame's own order (the compositors never swap channels), then alpha.
/// </remarks>
internal sealed class OverlayColors
{
    private const float ContourWhite = 0.4f;
    private const int Darkness = 18;
    private const float DarkOpacity = 0.55f;
    private static readonly Rgb White = new(255, 255, 255);
    private static readonly Rgb Dark = new(Darkness, Darkness, Darkness + 4);

    private readonly ClassPalette _palette;
    private uint[] _fill = new uint[1];
    private uint[] _contour = new uint[1];
    private Vocabulary? _vocabulary;
    private OverlayStyle? _style;
    private PixelFormat _order;
    private LabelKind _kind;

    public OverlayColors(ClassPalette palette) => _palette = palette;

    /// <summary>Number of label values that mean something.</summary>
    public int Count { get; private set; }

    /// <summary>Number of updates that changed the tables.</summary>
    public int Version { get; private set; }

    /// <summary>Fill of each label value, <see cref="Count"/> + 1 entries.</summary>
    public ReadOnlySpan<uint> Fill => _fill.AsSpan(0, Count + 1);

    /// <summary>Contour of each label value, <see cref="Count"/> + 1 entries.</summary>
    public ReadOnlySpan<uint> Contour => _contour.AsSpan(0, Count + 1);

    /// <summary>Makes the tables those of a result and a style.</summary>
    public void Update(SegmentationResult masks, OverlayStyle style, PixelFormat order)
    {
        var sameBase = ReferenceEquals(masks.Vocabulary, _vocabulary) && ReferenceEquals(style, _style) && order == _order && masks.Kind == _kind;
        if (sameBase && masks.Kind == LabelKind.Class)
        {
            return;
        }

        _vocabulary = masks.Vocabulary;
        _style = style;
        _order = order;
        _kind = masks.Kind;
        var count = masks.Kind == LabelKind.Class ? masks.Vocabulary.Count : Math.Min(masks.Segments.Count, SegmentationResult.Void);
        if (_fill.Length <= count)
        {
            Array.Resize(ref _fill, count + 1);
            Array.Resize(ref _contour, count + 1);
        }

        var changed = count != Count || !sameBase;
        Count = count;
        for (var label = 0; label < count; label++)
        {
            changed |= masks.Kind == LabelKind.Class
                ? SetEntry(label, label, instance: 0)
                : SetEntry(label, masks.Segments[label].ClassIndex, InstanceOf(masks.Segments[label]));
        }

        var voidFill = style.HighlightClass is null ? 0 : Pack(Dark, DarkOpacity);
        changed |= Store(count, voidFill, contour: 0);
        if (changed)
        {
            Version++;
        }
    }

    private static int InstanceOf(in Segment segment) =>
        !segment.IsThing ? 0 : segment.TrackId != 0 ? segment.TrackId : segment.Id;

    private bool SetEntry(int label, int classIndex, int instance)
    {
        var classes = _vocabulary!.Classes;
        if ((uint)classIndex >= (uint)classes.Count)
        {
            return Store(label, 0, 0);
        }

        var name = classes[classIndex].Name;
        if (_style!.HiddenClasses.Contains(name))
        {
            return Store(label, 0, 0);
        }

        if (_style.HighlightClass is not null && _style.HighlightClass != name)
        {
            return Store(label, Pack(Dark, DarkOpacity), 0);
        }

        var factor = _style.ClassOpacity.TryGetValue(name, out var own) ? Math.Clamp(own, 0, 1) : 1;
        var color = ClassPalette.InstanceColor(_palette.ColorOf(name), instance);
        // Lighter than the fill, so that a line shows on its own mask too.
        var line = _style.HighlightClass is null ? Rgb.Mix(color, White, ContourWhite) : White;
        return Store(label, Pack(color, _style.Opacity * factor), Pack(line, factor));
    }

    private bool Store(int label, uint fill, uint contour)
    {
        if (_fill[label] == fill && _contour[label] == contour)
        {
            return false;
        }

        _fill[label] = fill;
        _contour[label] = contour;
        return true;
    }

    private uint Pack(Rgb color, float alpha)
    {
        var (first, last) = _order == PixelFormat.Rgb24 ? (color.R, color.B) : (color.B, color.R);
        return first | ((uint)color.G << 8) | ((uint)last << 16) | ((uint)((alpha * 255) + 0.5f) << 24);
    }
}
