using System.Numerics;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>How one particular thing looks within its attributes.</summary>
/// <param name="Colour">Main colour, linear.</param>
/// <param name="Second">Second colour of the pattern, linear.</param>
/// <param name="Frequency">Pattern periods per object-space unit.</param>
/// <param name="PatternAxis">Unit vector across the stripes, in object space.</param>
/// <param name="Gloss">Strength of the highlight of a plain or patterned surface, 0 (matt) to 1.</param>
/// <param name="Seed">For the grain.</param>
internal readonly record struct ObjectLook(Vector3 Colour, Vector3 Second, float Frequency, Vector3 PatternAxis, float Gloss, uint Seed);
