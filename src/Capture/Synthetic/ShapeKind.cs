namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>Forms of synthetic things; the order is that of the lexicon's "shapes" list and is written to disk.</summary>
public enum ShapeKind
{
    /// <summary>Sphere.</summary>
    Ball,

    /// <summary>Flat round plate that faces the camera.</summary>
    Disc,

    /// <summary>Box with equal sides.</summary>
    Cube,

    /// <summary>Round base, pointed top.</summary>
    Cone,

    /// <summary>Round base, flat top.</summary>
    Cylinder,

    /// <summary>Torus.</summary>
    Ring,

    /// <summary>Flat five-pointed star.</summary>
    Star,

    /// <summary>Flat triangle.</summary>
    Triangle,

    /// <summary>Flat plus sign.</summary>
    Cross,

    /// <summary>Flat heart.</summary>
    Heart,

    /// <summary>Square base, pointed top.</summary>
    Pyramid,

    /// <summary>Cup with a handle.</summary>
    Mug,

    /// <summary>Flat crescent.</summary>
    Moon,
}
