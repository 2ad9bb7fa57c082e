namespace OpenCvSharp;

/// <summary>The built-in stroke fonts.</summary>
[Flags]
public enum HersheyFonts
{
    /// <summary>Sans-serif.</summary>
    HersheySimplex = 0,

    /// <summary>Small sans-serif.</summary>
    HersheyPlain = 1,

    /// <summary>Sans-serif with double strokes.</summary>
    HersheyDuplex = 2,

    /// <summary>Serif.</summary>
    HersheyComplex = 3,

    /// <summary>Serif with more strokes.</summary>
    HersheyTriplex = 4,

    /// <summary>Small serif.</summary>
    HersheyComplexSmall = 5,

    /// <summary>Handwriting.</summary>
    HersheyScriptSimplex = 6,

    /// <summary>Handwriting with more strokes.</summary>
    HersheyScriptComplex = 7,

    /// <summary>Added to a font: slanted.</summary>
    Italic = 16,
}
