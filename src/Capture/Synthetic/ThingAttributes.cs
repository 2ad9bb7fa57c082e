namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>What a synthetic thing is.</summary>
/// <param name="Shape">Its form.</param>
/// <param name="Colour">Index into <see cref="SyntheticLexicon.Colours"/>.</param>
/// <param name="Surface">Its pattern or material.</param>
/// <param name="Size">Its size in the scene.</param>
public readonly record struct ThingAttributes(ShapeKind Shape, int Colour, SurfaceKind Surface, SizeKind Size);
