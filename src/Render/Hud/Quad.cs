using System.Runtime.InteropServices;

namespace OpenSegR.Realtime.Render.Hud;

/// <summary>A rectangle of one colour, whole or through the coverage of a piece of the font atlas. 16 bytes, as the shader reads it.</summary>
/// <param name="X">Left column.</param>
/// <param name="Y">Top row.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="U">Left column in the atlas, or <see cref="Solid"/>.</param>
/// <param name="V">Top row in the atlas.</param>
/// <param name="Color">Three channels in the order of the picture's, then straight alpha, from the lowest byte.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4, Size = 16)]
internal readonly record struct Quad(short X, short Y, ushort Width, ushort Height, ushort U, ushort V, uint Color)
{
    /// <summary>In place of a column: the rectangle is whole.</summary>
    public const ushort Solid = ushort.MaxValue;
}
