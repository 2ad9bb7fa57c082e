using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Render.Live;

/// <summary>What the keys of a window do, apart from drawing. Belongs to the window's thread.</summary>
internal sealed class WindowController
{
    private const float OpacityStep = 0.1f;
    private readonly ILiveWindowEvents? _events;
    private readonly List<int> _present = [];
    private string _vocabularyText;

    public WindowController(LiveWindowOptions options, ILiveWindowEvents? events)
    {
        _events = events;
        _vocabularyText = options.VocabularyText;
        Style = options.Style;
        IsFullScreen = options.FullScreen;
    }

    /// <summary>How masks are drawn.</summary>
    public OverlayStyle Style { get; private set; }

    /// <summary>True while the picture is held.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>True while recording.</summary>
    public bool IsRecording { get; private set; }

    /// <summary>True in full screen.</summary>
    public bool IsFullScreen { get; private set; }

    /// <summary>True while the list of keys is shown.</summary>
    public bool ShowsHelp { get; private set; }

    /// <summary>True once the window is to be closed.</summary>
    public bool WantsClose { get; private set; }

    /// <summary>True once a screenshot is wanted; the window resets it.</summary>
    public bool WantsScreenshot { get; set; }

    /// <summary>The edit line, or null while there is none.</summary>
    public EditLine? Editor { get; private set; }

    /// <summary>A short message about what was just done; the window takes it.</summary>
    public string? Message { get; set; }

    /// <summary>A character was typed.</summary>
    /// <param name="character">The character.</param>
    /// <param name="masks">The masks in the picture, or null.</param>
    public void Type(char character, SegmentationResult? masks)
    {
        if (Editor is not null)
        {
            Editor.Insert(character);
        }
        else
        {
            Do(WindowKeys.CommandOf(character), masks);
        }
    }

    /// <summary>Text comes from the clipboard.</summary>
    public void Paste(string text) => Editor?.Insert(text);

    /// <summary>Enter: take the edit line over.</summary>
    public void Enter()
    {
        if (Editor is null)
        {
            return;
        }

        var text = Editor.Text.Trim();
        Editor = null;
        if (text.Length > 0)
        {
            _vocabularyText = text;
            Message = "looking for: " + text;
            _events?.VocabularyEntered(text);
        }
    }

    /// <summary>Escape: leave the edit line or the help, or else close the window.</summary>
    public void Escape()
    {
        if (Editor is not null)
        {
            Editor = null;
        }
        else if (ShowsHelp)
        {
            ShowsHelp = false;
        }
        else
        {
            WantsClose = true;
        }
    }

    /// <summary>Does what a command asks for.</summary>
    /// <param name="command">The command.</param>
    /// <param name="masks">The masks in the picture, or null.</param>
    public void Do(WindowCommand command, SegmentationResult? masks)
    {
        switch (command)
        {
            case WindowCommand.Pause:
                IsPaused = !IsPaused;
                Message = IsPaused ? "paused" : "running";
                _events?.PauseChanged(IsPaused);
                break;
            case WindowCommand.Screenshot:
                WantsScreenshot = true;
                break;
            case WindowCommand.MoreOpacity:
                ChangeOpacity(OpacityStep);
                break;
            case WindowCommand.LessOpacity:
                ChangeOpacity(-OpacityStep);
                break;
            case WindowCommand.Contours:
                Style = Style with { Contours = !Style.Contours };
                break;
            case WindowCommand.Legend:
                Style = Style with { Legend = !Style.Legend };
                break;
            case WindowCommand.Hud:
                Style = Style with { Hud = !Style.Hud };
                break;
            case WindowCommand.NextClass:
                MoveHighlight(masks, 1);
                break;
            case WindowCommand.PreviousClass:
                MoveHighlight(masks, -1);
                break;
            case WindowCommand.Mode:
                _events?.ModeRequested();
                break;
            case WindowCommand.FullScreen:
                IsFullScreen = !IsFullScreen;
                break;
            case WindowCommand.Record:
                IsRecording = !IsRecording;
                Message = IsRecording ? "recording" : "recording ended";
                _events?.RecordingChanged(IsRecording);
                break;
            case WindowCommand.EditVocabulary:
                Editor = new EditLine(_vocabularyText);
                break;
            case WindowCommand.Help:
                ShowsHelp = !ShowsHelp;
                break;
            case WindowCommand.Quit:
                WantsClose = true;
                break;
        }
    }

    private void ChangeOpacity(float by)
    {
        // Steps of a tenth in whole numbers, so that they do not drift.
        var tenths = Math.Clamp(MathF.Round((Style.Opacity + by) * 10), 0, 10);
        Style = Style with { Opacity = tenths / 10 };
        Message = $"opacity {tenths * 10} %";
    }

    /// <summary>Goes round the classes in the picture, with "none" between the last and the first.</summary>
    private void MoveHighlight(SegmentationResult? masks, int by)
    {
        _present.Clear();
        foreach (var segment in masks?.Segments ?? [])
        {
            if (segment.Area > 0 && segment.ClassIndex < masks!.Vocabulary.Count && !_present.Contains(segment.ClassIndex))
            {
                _present.Add(segment.ClassIndex);
            }
        }

        _present.Sort();
        var names = _present.ConvertAll(index => masks!.Vocabulary.Classes[index].Name);
        // Place 0 is "none"; a highlighted class that left the picture counts as none.
        var place = Style.HighlightClass is null ? 0 : names.IndexOf(Style.HighlightClass) + 1;
        place = (place + by + names.Count + 1) % (names.Count + 1);
        Style = Style with { HighlightClass = place == 0 ? null : names[place - 1] };
        Message = Style.HighlightClass is { } name ? "highlight: " + name : "highlight: none";
    }
}
