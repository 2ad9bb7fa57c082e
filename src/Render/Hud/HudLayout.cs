using System.Globalization;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render.Fonts;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Render.Hud;

/// <summary>
/// Lays out the legend, right, and the statistics, left, for both compositors. Sizes follow the height of the picture. Nothing is allocated
/// from one frame to the next.
/// </summary>
internal sealed class HudLayout
{
    private const int SmallestSide = 120;
    private const float PanelOpacity = 0.62f;
    private static readonly Rgb Panel = new(14, 16, 22);
    private static readonly Rgb Ink = new(246, 247, 250);
    private static readonly Rgb FaintInk = new(176, 182, 194);
    private static readonly Rgb Warning = new(255, 196, 84);

    // Masks that are older than this are worth a warning: what moves has left them.
    private const double OldMasksMs = 1000;
    private readonly ClassPalette _palette;
    private readonly LegendRows _legend = new();
    private readonly char[] _text = new char[160];
    private int _length;

    /// <summary>Creates a layout.</summary>
    /// <param name="palette">Colours of the classes.</param>
    /// <param name="quads">The list to add to, or null for one of its own.</param>
    public HudLayout(ClassPalette palette, QuadList? quads = null)
    {
        _palette = palette;
        Quads = quads ?? new QuadList();
    }

    /// <summary>What is to be drawn.</summary>
    public QuadList Quads { get; }

    /// <summary>Height of capitals that suits a picture.</summary>
    public static int CapHeightFor(int pictureHeight) => Math.Clamp((pictureHeight + 32) / 64, 8, 40);

    /// <summary>Lays out for one frame.</summary>
    /// <returns>True if there is anything to draw.</returns>
    public bool Build(FrameFormat format, SegmentationResult? masks, OverlayStyle style, HudContent? hud)
    {
        if (!HasAny(format, masks, style, hud))
        {
            return false;
        }

        Begin(format.Height, format.PixelFormat);
        Add(format, masks, style, hud);
        return Quads.Count > 0;
    }

    /// <summary>Empties the list, for a picture of a height and an order of channels.</summary>
    public void Begin(int height, PixelFormat order)
    {
        var capHeight = CapHeightFor(height);
        Quads.Clear(Quads.Font?.CapHeight == capHeight ? Quads.Font : new FontAtlas(capHeight), order);
    }

    /// <summary>Adds to what is in the list already.</summary>
    public void Add(FrameFormat format, SegmentationResult? masks, OverlayStyle style, HudContent? hud)
    {
        if (!HasAny(format, masks, style, hud))
        {
            return;
        }

        if (style.Hud && hud is not null)
        {
            AddStatistics(format, hud);
        }

        if (HasLegend(masks, style))
        {
            AddLegend(format, masks!, style);
        }
    }

    private static bool HasLegend(SegmentationResult? masks, OverlayStyle style) => style.Legend && masks is not null && masks.Segments.Count > 0;

    private static bool HasAny(FrameFormat format, SegmentationResult? masks, OverlayStyle style, HudContent? hud) =>
        (HasLegend(masks, style) || (style.Hud && hud is not null)) && Math.Min(format.Width, format.Height) >= SmallestSide;

    private void AddStatistics(FrameFormat format, HudContent hud)
    {
        var font = Quads.Font;
        var padding = font.CapHeight;
        var maxWidth = (format.Width / 2) - (3 * padding);
        // Two turns: the first measures the panel, the second draws into it.
        var (width, lines) = (0, 0);
        for (var turn = 0; turn < 2; turn++)
        {
            if (turn == 1)
            {
                if (lines == 0)
                {
                    return;
                }

                AddPanel(padding, padding, width + (2 * padding), lines);
                lines = 0;
            }

            for (var line = 0; line < 6; line++)
            {
                var ink = WriteLine(line, hud);
                if (_length == 0)
                {
                    continue;
                }

                var text = _text.AsSpan(0, _length);
                if (turn == 0)
                {
                    width = Math.Max(width, Math.Min(maxWidth, font.Measure(text)));
                }
                else
                {
                    Quads.AddText(text, 2 * padding, Baseline(padding, lines), ink, 1, maxWidth);
                }

                lines++;
            }
        }
    }

    private Rgb WriteLine(int line, HudContent hud)
    {
        _length = 0;
        switch (line)
        {
            case 0:
                Write(hud.Title);
                return Ink;
            case 1:
                Write(hud.Provider);
                return FaintInk;
            case 2 when hud.FramesPerSecond > 0:
                Write(hud.FramesPerSecond, hud.FramesPerSecond < 10 ? "F1" : "F0");
                Write(" fps");
                break;
            case 3 when hud.LatencyMs > 0 || hud.InferenceMs > 0:
                if (hud.LatencyMs > 0)
                {
                    Write("latency ");
                    Write(hud.LatencyMs, "F0");
                    Write(hud.InferenceMs > 0 ? " ms, " : " ms");
                }

                if (hud.InferenceMs > 0)
                {
                    Write("inference ");
                    Write(hud.InferenceMs, hud.InferenceMs < 10 ? "F1" : "F0");
                    Write(" ms");
                }

                break;
            case 4 when hud.DroppedFrames > 0:
                Write(hud.DroppedFrames, "F0");
                Write(hud.DroppedFrames == 1 ? " frame dropped" : " frames dropped");
                return FaintInk;
            case 5 when hud.MasksReused && hud.MasksPerSecond > 0:
                Write("masks ");
                Write(hud.MasksPerSecond, hud.MasksPerSecond < 10 ? "F1" : "F0");
                Write(" a second, ");
                Write(hud.MaskLagMs, "F0");
                Write(" ms behind");
                return hud.MaskLagMs > OldMasksMs ? Warning : FaintInk;
            case 5 when hud.MasksReused:
                Write("masks of an earlier frame");
                return Warning;
        }

        return Ink;
    }

    private void AddLegend(FrameFormat format, SegmentationResult masks, OverlayStyle style)
    {
        _legend.Collect(masks, style);
        var rows = _legend.Rows;
        if (rows.Count == 0)
        {
            return;
        }

        var font = Quads.Font;
        var padding = font.CapHeight;
        var maxRows = Math.Max(1, ((format.Height * 3 / 4) - (3 * padding)) / font.LineHeight);
        var shown = rows.Count <= maxRows ? rows.Count : maxRows - 1;
        var swatch = font.CapHeight + 2;
        var maxName = (format.Width / 3) - (6 * padding);
        if (maxName < 3 * padding)
        {
            return;
        }

        var nameWidth = 0;
        for (var i = 0; i < shown; i++)
        {
            WriteName(rows[i], masks);
            nameWidth = Math.Max(nameWidth, Math.Min(maxName, font.Measure(_text.AsSpan(0, _length))));
        }

        var shareWidth = font.Measure("100%");
        var width = swatch + padding + nameWidth + padding + shareWidth + (2 * padding);
        var (left, lines) = (format.Width - width - padding, shown < rows.Count ? shown + 1 : shown);
        AddPanel(left, padding, width, lines);
        var total = (double)masks.Width * masks.Height;
        for (var i = 0; i < shown; i++)
        {
            var row = rows[i];
            var name = masks.Vocabulary.Classes[row.ClassIndex].Name;
            var isFaint = style.HighlightClass is not null && style.HighlightClass != name;
            var baseline = Baseline(padding, i);
            var x = left + padding;
            Quads.AddRounded(x, baseline - font.CapHeight, swatch, swatch, font.Dot, _palette.ColorOf(name), isFaint ? 0.35f : 1);
            x += swatch + padding;
            WriteName(row, masks);
            Quads.AddText(_text.AsSpan(0, _length), x, baseline, isFaint ? FaintInk : Ink, isFaint ? 0.7f : 1, maxName);
            _length = 0;
            WriteShare(row.Area / total);
            var share = _text.AsSpan(0, _length);
            Quads.AddText(share, left + width - padding - font.Measure(share), baseline, FaintInk, isFaint ? 0.7f : 1);
        }

        if (shown < rows.Count)
        {
            _length = 0;
            Write("and ");
            Write(rows.Count - shown, "F0");
            Write(" more");
            Quads.AddText(_text.AsSpan(0, _length), left + padding + swatch + padding, Baseline(padding, shown), FaintInk);
        }
    }

    private void WriteName(LegendRow row, SegmentationResult masks)
    {
        _length = 0;
        Write(masks.Vocabulary.Classes[row.ClassIndex].Name);
        if (row.Count > 1)
        {
            Write(" ×");
            Write(row.Count, "F0");
        }
    }

    private void WriteShare(double share)
    {
        if (share < 0.01)
        {
            Write("<1%");
            return;
        }

        Write(Math.Min(100, share * 100), "F0");
        Write("%");
    }

    private void AddPanel(int x, int y, int width, int lines)
    {
        var font = Quads.Font;
        var height = (2 * font.CapHeight) + font.CapHeight + ((lines - 1) * font.LineHeight);
        Quads.AddRounded(x, y, width, height, font.Corner, Panel, PanelOpacity);
    }

    private int Baseline(int padding, int line) => padding + (2 * Quads.Font.CapHeight) + (line * Quads.Font.LineHeight);

    private void Write(ReadOnlySpan<char> text)
    {
        var count = Math.Min(text.Length, _text.Length - _length);
        text[..count].CopyTo(_text.AsSpan(_length));
        _length += count;
    }

    private void Write(double value, string format)
    {
        if (value.TryFormat(_text.AsSpan(_length), out var written, format, CultureInfo.InvariantCulture))
        {
            _length += written;
        }
    }
}
