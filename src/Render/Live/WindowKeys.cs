namespace OpenSegR.Realtime.Render.Live;

/// <summary>The keys of a <see cref="LiveWindow"/>. Characters, not places on the keyboard, so that they fit every layout.</summary>
internal static class WindowKeys
{
    /// <summary>Keys and what they do, in the order of the help.</summary>
    public static IReadOnlyList<(string Key, string Action)> Help { get; } =
    [
        ("space", "pause"),
        ("t", "type the classes to look for"),
        ("n  p", "highlight next, previous class"),
        ("+  -", "opacity of the masks"),
        ("c", "contours"),
        ("l", "legend"),
        ("h", "statistics"),
        ("m", "semantic, panoptic, instance"),
        ("s", "screenshot"),
        ("r", "record"),
        ("f", "full screen"),
        ("q", "quit"),
    ];

    /// <summary>What a typed character asks for.</summary>
    public static WindowCommand CommandOf(char character) => char.ToLowerInvariant(character) switch
    {
        ' ' => WindowCommand.Pause,
        's' => WindowCommand.Screenshot,
        '+' or '=' => WindowCommand.MoreOpacity,
        '-' => WindowCommand.LessOpacity,
        'c' => WindowCommand.Contours,
        'l' => WindowCommand.Legend,
        'h' => WindowCommand.Hud,
        'n' => WindowCommand.NextClass,
        'p' => WindowCommand.PreviousClass,
        'm' => WindowCommand.Mode,
        'f' => WindowCommand.FullScreen,
        'r' => WindowCommand.Record,
        't' => WindowCommand.EditVocabulary,
        '?' => WindowCommand.Help,
        'q' => WindowCommand.Quit,
        _ => WindowCommand.None,
    };
}
