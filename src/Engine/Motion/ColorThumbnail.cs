using System.Numerics;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Motion;

/// <summary>A frame at very few pixels, in colour: enough to tell what a segment looks like.</summary>
internal sealed class ColorThumbnail
{
    private const int Columns = 80;
    private const int Rows = 45;
    private readonly byte[] _pixels = new byte[3 * Columns * Rows];

    /// <summary>Takes pixels of a frame, the one in the middle of each cell.</summary>
    public void Fill(Frame frame)
    {
        for (var y = 0; y < Rows; y++)
        {
            var row = frame.Row((int)((y + 0.5f) * frame.Height / Rows));
            for (var x = 0; x < Columns; x++)
            {
                row.Slice((int)((x + 0.5f) * frame.Width / Columns) * 3, 3).CopyTo(_pixels.AsSpan(3 * ((y * Columns) + x)));
            }
        }
    }

    /// <summary>The colour at a place of a label map of the given size.</summary>
    public Vector3 At(int x, int y, int width, int height)
    {
        var at = 3 * ((y * Rows / height * Columns) + (x * Columns / width));
        return new Vector3(_pixels[at], _pixels[at + 1], _pixels[at + 2]);
    }
}
