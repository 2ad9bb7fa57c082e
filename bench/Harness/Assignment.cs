namespace OpenSegR.Realtime.Bench;

/// <summary>Pairs of rows and columns, each in one pair at most, with the greatest sum of gains (Kuhn, "The Hungarian method for the assignment problem", 1955).</summary>
public static class Assignment
{
    /// <summary>The greatest sum that such pairs have, found in O(n^3) by shortest augmenting paths.</summary>
    /// <param name="gains">What each pair of a row and a column is worth, at least 0.</param>
    public static long Best(long[,] gains)
    {
        ArgumentNullException.ThrowIfNull(gains);
        var side = Math.Max(gains.GetLength(0), gains.GetLength(1));
        // Potentials keep reduced costs at 0 or above; row and column 0 stand for none.
        var rowPotential = new long[side + 1];
        var columnPotential = new long[side + 1];
        var rowOf = new int[side + 1];
        for (var row = 1; row <= side; row++)
        {
            Augment(gains, row, rowOf, rowPotential, columnPotential);
        }

        return Enumerable.Range(1, side).Sum(column => -Cost(gains, rowOf[column], column));
    }

    // Gives one more row a column, moving others along the cheapest path.
    private static void Augment(long[,] gains, int row, int[] rowOf, long[] rowPotential, long[] columnPotential)
    {
        var before = new int[rowOf.Length];
        var reached = new bool[rowOf.Length];
        var least = new long[rowOf.Length];
        Array.Fill(least, long.MaxValue);
        rowOf[0] = row;
        var column = 0;
        while (rowOf[column] != 0)
        {
            reached[column] = true;
            var (delta, next) = (long.MaxValue, 0);
            for (var c = 1; c < rowOf.Length; c++)
            {
                if (reached[c])
                {
                    continue;
                }

                var cost = Cost(gains, rowOf[column], c) - rowPotential[rowOf[column]] - columnPotential[c];
                if (cost < least[c])
                {
                    (least[c], before[c]) = (cost, column);
                }

                if (least[c] < delta)
                {
                    (delta, next) = (least[c], c);
                }
            }

            for (var c = 0; c < rowOf.Length; c++)
            {
                if (reached[c])
                {
                    rowPotential[rowOf[c]] += delta;
                    columnPotential[c] -= delta;
                }
                else if (c > 0)
                {
                    least[c] -= delta;
                }
            }

            column = next;
        }

        for (; column != 0; column = before[column])
        {
            rowOf[column] = rowOf[before[column]];
        }
    }

    private static long Cost(long[,] gains, int row, int column) =>
        row <= gains.GetLength(0) && column <= gains.GetLength(1) ? -gains[row - 1, column - 1] : 0;
}
