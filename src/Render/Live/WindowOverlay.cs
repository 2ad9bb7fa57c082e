using System.Globalization;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render.Fonts;
using OpenSegR.Realtime.Render.Hud;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Render.Live;

/// <summary>Lays out what a window shows over its picture: edit line, messages, what is under the pointer, keys.</summary>
internal sealed class WindowOverlay
{
    private const float PanelOpacity = 0.8f;
    private static readonly Rgb Panel = new(14, 16, 22);
    private static readonly Rgb Ink = new(246, 247, 250);
    private static readonly Rgb FaintInk = new(176, 182, 194);
    private static readonly Rgb Accent = new(120, 190, 255);
    private static readonly Rgb Red = new(236, 64, 72);
    private static readonly Rgb Warning = new(255, 196, 84);

    private readonly ClassPalette _palette;
    private readonly HudLayout _hud;
    private int _width;
    private int _height;

    public WindowOverlay(ClassPalette palette)
    {
        _palette = palette;
        _hud = new HudLayout(palette, Quads);
    }

    /// <summary>What is to be drawn, in red, green, blue order.</summary>
    public QuadList Quads { get; } = new();

    private FontAtlas Font => Quads.Font;

    /// <summary>Begins a layout for a window of a size.</summary>
    public void Begin(int width, int height)
    {
        (_width, _height) = (width, height);
        _hud.Begin(height, PixelFormat.Rgb24);
    }

    /// <summary>Legend and statistics, at the window's own size, so that they stay readable whatever the picture's.</summary>
    public void AddHud(SegmentationResult masks, OverlayStyle style, HudContent? hud) => _hud.Add(new FrameFormat(_width, _height), masks, style, hud);

    /// <summary>A text in the middle, where there is no picture yet.</summary>
    public void AddWaiting() => Quads.AddText("waiting for the first frame …", (_width - Font.Measure("waiting for the first frame …")) / 2, _height / 2, FaintInk);

    /// <summary>A message near the bottom.</summary>
    public void AddMessage(string message)
    {
        var width = Math.Min(_width - (4 * Font.CapHeight), Font.Measure(message));
        var (left, top) = ((_width - width) / 2, _height - (6 * Font.CapHeight));
        AddPanel(left - Font.CapHeight, top, width + (2 * Font.CapHeight), 1);
        Quads.AddText(message, left, top + (2 * Font.CapHeight), Ink, 1, width);
    }

    /// <summary>A line at the top that stays, about a state that the user should know of.</summary>
    /// <param name="status">The line.</param>
    /// <param name="isLower">True where something else is at the top.</param>
    public void AddStatus(string status, bool isLower)
    {
        var unit = Font.CapHeight;
        var width = Math.Min(_width - (4 * unit), Font.Measure(status));
        var (left, top) = ((_width - width) / 2, isLower ? 5 * unit : unit);
        AddPanel(left - unit, top, width + (2 * unit), 1);
        Quads.AddText(status, left, top + (2 * unit), Warning, 1, width);
    }

    /// <summary>A red dot and its meaning.</summary>
    public void AddRecording()
    {
        var dot = Font.Corner;
        var (left, top) = ((_width / 2) - (3 * Font.CapHeight), Font.CapHeight);
        AddPanel(left, top, 6 * Font.CapHeight, 1);
        var side = 2 * (dot.Width / 2);
        Quads.AddRounded(left + Font.CapHeight, top + ((3 * Font.CapHeight) - side) / 2, side, side, dot, Red, 1);
        Quads.AddText("REC", left + (2 * Font.CapHeight) + (Font.CapHeight / 2), top + (2 * Font.CapHeight), Ink);
    }

    /// <summary>Two bars: the picture is held.</summary>
    public void AddPaused()
    {
        var unit = Font.CapHeight;
        var (left, top) = ((_width / 2) - (2 * unit), (_height / 2) - (2 * unit));
        Quads.AddRounded(left - unit, top - unit, 6 * unit, 6 * unit, Font.Corner, Panel, 0.6f);
        Quads.AddRounded(left, top, unit + (unit / 2), 4 * unit, Font.Dot, Ink, 0.9f);
        Quads.AddRounded(left + (4 * unit) - unit - (unit / 2), top, unit + (unit / 2), 4 * unit, Font.Dot, Ink, 0.9f);
    }

    /// <summary>The class under the pointer, with its score.</summary>
    /// <param name="masks">The masks in the picture.</param>
    /// <param name="label">Value of the label map.</param>
    /// <param name="x">Column of the pointer.</param>
    /// <param name="y">Row of the pointer.</param>
    /// <returns>Name of the class, or null where there is none.</returns>
    public string? AddHover(SegmentationResult masks, ushort label, int x, int y)
    {
        if (Describe(masks, label) is not var (classIndex, score, instance))
        {
            return null;
        }

        var name = masks.Vocabulary.Classes[classIndex].Name;
        Span<char> text = stackalloc char[32];
        var number = 0;
        if (instance > 0)
        {
            text.TryWrite(CultureInfo.InvariantCulture, $"#{instance}  ", out number);
        }

        text[number..].TryWrite(CultureInfo.InvariantCulture, $"{score:F2}", out var length);
        var detail = text[..(number + length)];
        var unit = Font.CapHeight;
        var nameWidth = Math.Min(_width / 2, Font.Measure(name));
        var width = (4 * unit) + nameWidth + Font.Measure(detail) + unit + 2;
        // Below and right of the pointer, or on the other side where there is no room.
        var left = x + (2 * unit) + width <= _width ? x + (2 * unit) : Math.Max(0, x - unit - width);
        var top = y + (5 * unit) <= _height ? y + (2 * unit) : Math.Max(0, y - (4 * unit));
        AddPanel(left, top, width, 1);
        var baseline = top + (2 * unit);
        Quads.AddRounded(left + unit, baseline - unit, unit + 2, unit + 2, Font.Dot, ClassPalette.InstanceColor(_palette.ColorOf(name), instance), 1);
        var pen = Quads.AddText(name, left + (2 * unit) + 2 + (unit / 2), baseline, Ink, 1, nameWidth);
        Quads.AddText(detail, pen + unit, baseline, FaintInk);
        return name;
    }

    /// <summary>The edit line, at the bottom.</summary>
    public void AddEditor(EditLine editor)
    {
        const string Hint = "classes to look for:  ; between classes, , between synonyms.  Enter to apply, Esc to leave";
        var unit = Font.CapHeight;
        var (left, width) = (2 * unit, _width - (4 * unit));
        var top = _height - (6 * unit) - Font.LineHeight;
        AddPanel(left, top, width, 2);
        Quads.AddText(Hint, left + unit, top + (2 * unit), FaintInk, 1, width - (2 * unit));
        var baseline = top + (2 * unit) + Font.LineHeight + (unit / 4);
        var room = width - (2 * unit);
        // The caret stays in view: the text before it is cut on the left.
        var text = editor.Text;
        var first = 0;
        while (Font.Measure(text.AsSpan(first, editor.Caret - first)) > room - unit)
        {
            first++;
        }

        var pen = left + unit;
        Quads.AddText(text.AsSpan(first), pen, baseline, Ink, 1, room);
        pen += Font.Measure(text.AsSpan(first, editor.Caret - first));
        Quads.AddRect(pen, baseline - unit - (unit / 3), Math.Max(2, unit / 6), unit + (2 * unit / 3), Accent, 1);
    }

    /// <summary>The list of keys, in the middle.</summary>
    public void AddHelp()
    {
        var unit = Font.CapHeight;
        var (keyWidth, actionWidth) = (0, 0);
        foreach (var (key, action) in WindowKeys.Help)
        {
            keyWidth = Math.Max(keyWidth, Font.Measure(key));
            actionWidth = Math.Max(actionWidth, Font.Measure(action));
        }

        var width = keyWidth + actionWidth + (4 * unit);
        var height = (3 * unit) + ((WindowKeys.Help.Count - 1) * Font.LineHeight);
        var (left, top) = ((_width - width) / 2, Math.Max(0, (_height - height) / 2));
        AddPanel(left, top, width, WindowKeys.Help.Count);
        for (var i = 0; i < WindowKeys.Help.Count; i++)
        {
            var baseline = top + (2 * unit) + (i * Font.LineHeight);
            Quads.AddText(WindowKeys.Help[i].Key, left + unit, baseline, Accent);
            Quads.AddText(WindowKeys.Help[i].Action, left + keyWidth + (3 * unit), baseline, Ink);
        }
    }

    private static (int ClassIndex, float Score, int Instance)? Describe(SegmentationResult masks, ushort label)
    {
        if (label == SegmentationResult.Void)
        {
            return null;
        }

        var index = masks.Kind == LabelKind.Segment ? label : IndexOfClass(masks, label);
        if ((uint)index >= (uint)masks.Segments.Count)
        {
            return null;
        }

        var segment = masks.Segments[index];
        var instance = masks.Kind == LabelKind.Class || !segment.IsThing ? 0 : segment.TrackId != 0 ? segment.TrackId : segment.Id;
        return (uint)segment.ClassIndex < (uint)masks.Vocabulary.Count ? (segment.ClassIndex, segment.Score, instance) : null;
    }

    private static int IndexOfClass(SegmentationResult masks, int classIndex)
    {
        var segments = masks.Segments;
        for (var i = 0; i < segments.Count; i++)
        {
            if (segments[i].ClassIndex == classIndex)
            {
                return i;
            }
        }

        return -1;
    }

    private void AddPanel(int x, int y, int width, int lines) =>
        Quads.AddRounded(x, y, width, (3 * Font.CapHeight) + ((lines - 1) * Font.LineHeight), Font.Corner, Panel, PanelOpacity);
}
