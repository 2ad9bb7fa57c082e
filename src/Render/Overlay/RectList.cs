namespace OpenSegR.Realtime.Render;

/// <summary>Rectangles of pixels: left, top, right and bottom, the last two outside.</summary>
internal sealed class RectList
{
    /// <summary>Most rectangles of one list; a picture that would need more is one rectangle, all of it.</summary>
    public const int Capacity = 1 << 15;

    private ushort[] _values = GC.AllocateUninitializedArray<ushort>(4 * 1024, pinned: true);

    /// <summary>Number of rectangles.</summary>
    public int Count { get; private set; }

    /// <summary>Four values a rectangle.</summary>
    public ReadOnlySpan<ushort> Values => _values.AsSpan(0, 4 * Count);

    /// <summary>Collects the pixels of all texels in one state or a lower one.</summary>
    public void Collect(LabelGrid grid, byte highestState)
    {
        Count = 0;
        for (var j = 0; j < grid.Height; j++)
        {
            var (top, bottom) = (grid.Rows.Start[j], grid.Rows.Start[j + 1]);
            if (top == bottom)
            {
                continue;
            }

            var states = grid.StateRow(j);
            for (var i = 0; i < states.Length;)
            {
                var skip = highestState == LabelGrid.Mixed ? states[i..].IndexOf(LabelGrid.Mixed) : states[i..].IndexOfAnyInRange((byte)0, highestState);
                if (skip < 0)
                {
                    break;
                }

                i += skip;
                var end = i + 1;
                while (end < states.Length && states[end] <= highestState)
                {
                    end++;
                }

                if (!Add(grid.Columns.Start[i], top, grid.Columns.Start[end], bottom))
                {
                    Count = 0;
                    Add(0, 0, grid.FrameWidth, grid.FrameHeight);
                    return;
                }

                i = end;
            }
        }
    }

    private bool Add(int left, int top, int right, int bottom)
    {
        if (left == right)
        {
            return true;
        }

        if (Count == Capacity)
        {
            return false;
        }

        if (_values.Length == 4 * Count)
        {
            var larger = GC.AllocateUninitializedArray<ushort>(2 * _values.Length, pinned: true);
            _values.CopyTo(larger, 0);
            _values = larger;
        }

        var rect = _values.AsSpan(4 * Count, 4);
        (rect[0], rect[1], rect[2], rect[3]) = ((ushort)left, (ushort)top, (ushort)right, (ushort)bottom);
        Count++;
        return true;
    }
}
