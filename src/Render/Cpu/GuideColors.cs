using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Render.Cpu;

/// <summary>The guide colours of the texels around boundaries: step 3 of <see cref="OverlayMath"/>.</summary>
internal sealed class GuideColors
{
    private int[] _colors = [];
    private LabelGrid? _grid;

    /// <summary>Makes room for a map; the colours of every row have to be computed.</summary>
    public void Set(LabelGrid grid)
    {
        _grid = grid;
        if (_colors.Length < grid.Width * grid.Height)
        {
            _colors = new int[grid.Width * grid.Height];
        }
    }

    /// <summary>Guide colours of a row, clamped to the map, one a texel: three channels, 8 bits each, the first lowest.</summary>
    public ReadOnlySpan<int> Row(int j) => _colors.AsSpan(Math.Clamp(j, 0, _grid!.Height - 1) * _grid.Width, _grid.Width);

    /// <summary>Computes the colours of row <paramref name="j"/> where a mixed texel may need them.</summary>
    public void ComputeRow(Frame frame, int j)
    {
        var grid = _grid!;
        var cy = OverlayMath.CentrePixel(j, grid.FrameHeight, grid.Height);
        var lower = frame.Row(Math.Min(cy, grid.FrameHeight - 1));
        var upper = frame.Row(Math.Clamp(cy - OverlayMath.GuideSpan(grid.FrameHeight, grid.Height), 0, grid.FrameHeight - 1));
        var span = OverlayMath.GuideSpan(grid.FrameWidth, grid.Width);
        var states = grid.StateRow(j);
        for (var i = 0; i < grid.Width; i++)
        {
            // Neighbours of mixed texels are never calm: the radius of calm is at least two.
            if (states[i] == LabelGrid.Calm)
            {
                continue;
            }

            var cx = OverlayMath.CentrePixel(i, grid.FrameWidth, grid.Width);
            var right = 3 * Math.Min(cx, grid.FrameWidth - 1);
            var left = 3 * Math.Clamp(cx - span, 0, grid.FrameWidth - 1);
            var guide = 0;
            for (var c = 2; c >= 0; c--)
            {
                guide = (guide << 8) | ((upper[left + c] + upper[right + c] + lower[left + c] + lower[right + c] + 2) >> 2);
            }

            _colors[(j * grid.Width) + i] = guide;
        }
    }
}
