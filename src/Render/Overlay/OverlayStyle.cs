using System.Collections.Frozen;

namespace OpenSegR.Realtime.Render;

/// <summary>How masks are drawn. Immutable: change it with a <c>with</c> expression and use the copy for the next frame.</summary>
public sealed record OverlayStyle
{
    private readonly float _opacity = 0.5f;
    private readonly float _contourWidth = 2;

    /// <summary>The style that is used where none is chosen.</summary>
    public static OverlayStyle Default { get; } = new();

    /// <summary>Opacity of the masks, 0 (only the frame) to 1 (only the masks); 0.5 by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside 0 to 1.</exception>
    public float Opacity
    {
        get => _opacity;
        init => _opacity = value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "opacity is 0 to 1");
    }

    /// <summary>True to draw lines between masks.</summary>
    public bool Contours { get; init; } = true;

    /// <summary>Width of the lines in pixels of the frame, 0.5 to 9; 2 by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside 0.5 to 9.</exception>
    public float ContourWidth
    {
        get => _contourWidth;
        init => _contourWidth = value is >= 0.5f and <= 9
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "a contour is 0.5 to 9 pixels wide");
    }

    /// <summary>True to list the classes that are in the picture.</summary>
    public bool Legend { get; init; } = true;

    /// <summary>True to show the statistics that come with a frame.</summary>
    public bool Hud { get; init; } = true;

    /// <summary>
    /// Name of the one class that stands out, or null for none: it keeps its colour and gets a white line, everything else is darkened.
    /// </summary>
    public string? HighlightClass { get; init; }

    /// <summary>Names of the classes that are not drawn.</summary>
    public IReadOnlySet<string> HiddenClasses { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Factors on <see cref="Opacity"/> by class name, 0 to 1; a class that is not there has 1.</summary>
    public IReadOnlyDictionary<string, float> ClassOpacity { get; init; } = FrozenDictionary<string, float>.Empty;
}
