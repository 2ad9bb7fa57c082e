namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>Pattern or material of a synthetic thing; the order is that of the lexicon's "surfaces" list and is written to disk.</summary>
public enum SurfaceKind
{
    /// <summary>One colour, matt or glossy.</summary>
    Plain,

    /// <summary>Bands of the colour and a second one.</summary>
    Striped,

    /// <summary>Dots of a second colour.</summary>
    Dotted,

    /// <summary>Squares of the colour and a second one.</summary>
    Checkered,

    /// <summary>Reflects the surroundings, tinted.</summary>
    Metal,

    /// <summary>Grain, tinted.</summary>
    Wooden,

    /// <summary>Lets the background through.</summary>
    Glass,
}
