namespace OpenSegR.Realtime.Render.Fonts;

/// <summary>One character in a <see cref="FontAtlas"/>, in whole pixels.</summary>
/// <param name="U">Left column in the atlas.</param>
/// <param name="V">Top row in the atlas.</param>
/// <param name="Width">Width of the drawn part; 0 where there is nothing to draw.</param>
/// <param name="Height">Height of the drawn part.</param>
/// <param name="OffsetX">From the pen to the left column.</param>
/// <param name="OffsetY">From the baseline's row down to the top row: negative for what stands above.</param>
/// <param name="Advance">From the pen to the next character's pen.</param>
internal readonly record struct Glyph(int U, int V, int Width, int Height, int OffsetX, int OffsetY, int Advance);
