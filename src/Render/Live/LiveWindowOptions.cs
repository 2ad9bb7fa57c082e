namespace OpenSegR.Realtime.Render.Live;

/// <summary>How a <see cref="LiveWindow"/> begins.</summary>
public sealed record LiveWindowOptions
{
    /// <summary>Text of the title bar.</summary>
    public string Title { get; init; } = "OpenSegR.Realtime";

    /// <summary>How masks are drawn at first; keys change it.</summary>
    public OverlayStyle Style { get; init; } = OverlayStyle.Default;

    /// <summary>Width of the window's content in pixels.</summary>
    public int Width { get; init; } = 1280;

    /// <summary>Height of the window's content in pixels.</summary>
    public int Height { get; init; } = 720;

    /// <summary>True to begin in full screen.</summary>
    public bool FullScreen { get; init; }

    /// <summary>What the edit line holds when it is opened first: the vocabulary in force.</summary>
    public string VocabularyText { get; init; } = "";

    /// <summary>Measures the statistics, or null for none.</summary>
    public HudMeter? Meter { get; init; }

    /// <summary>What draws the picture; OpenGL shows it in any case.</summary>
    public CompositorKind Renderer { get; init; }

    /// <summary>How the OpenGL compositor works; its latency does not matter here.</summary>
    public GlCompositorOptions Compositor { get; init; } = new() { WatchShaders = true };
}
