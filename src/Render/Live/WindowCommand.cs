namespace OpenSegR.Realtime.Render.Live;

/// <summary>What a key asks for.</summary>
internal enum WindowCommand
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Space: hold the picture, or go on.</summary>
    Pause,

    /// <summary>s: keep the picture.</summary>
    Screenshot,

    /// <summary>+: masks more opaque.</summary>
    MoreOpacity,

    /// <summary>-: masks less opaque.</summary>
    LessOpacity,

    /// <summary>c: lines between masks on or off.</summary>
    Contours,

    /// <summary>l: list of classes on or off.</summary>
    Legend,

    /// <summary>h: statistics on or off.</summary>
    Hud,

    /// <summary>n: highlight the next class.</summary>
    NextClass,

    /// <summary>p: highlight the previous class.</summary>
    PreviousClass,

    /// <summary>m: next mode.</summary>
    Mode,

    /// <summary>f: full screen on or off.</summary>
    FullScreen,

    /// <summary>r: recording on or off.</summary>
    Record,

    /// <summary>t: type another vocabulary.</summary>
    EditVocabulary,

    /// <summary>?: list of keys on or off.</summary>
    Help,

    /// <summary>q: close the window.</summary>
    Quit,
}
