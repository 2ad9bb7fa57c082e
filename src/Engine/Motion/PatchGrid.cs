using System.Numerics;

namespace OpenSegR.Realtime.Motion;

/// <summary>Displacements of patches that lie in rows and columns over a picture, in its pixels.</summary>
/// <param name="Displacements">One for each patch, row by row.</param>
/// <param name="Columns">Patches in a row.</param>
/// <param name="Rows">Rows of patches.</param>
/// <param name="Step">Pixels from one patch to the next.</param>
/// <param name="Side">Pixels along a patch.</param>
internal readonly record struct PatchGrid(Vector2[] Displacements, int Columns, int Rows, float Step, float Side)
{
    /// <summary>The two patches, along one side, whose middles are around a pixel; the same one twice before the first and behind the last.</summary>
    /// <param name="pixel">Its position along that side.</param>
    /// <param name="patches">Number of patches along it.</param>
    /// <param name="end">The next pixel that lies between two others.</param>
    public (int First, int Last) Nearest(int pixel, int patches, out int end)
    {
        var margin = (Side - 1) / 2;
        var first = (int)MathF.Floor((pixel - margin) / Step);
        end = Math.Max(pixel + 1, (int)MathF.Ceiling(((first + 1) * Step) + margin));
        return (Math.Clamp(first, 0, patches - 1), Math.Clamp(first + 1, 0, patches - 1));
    }
}
