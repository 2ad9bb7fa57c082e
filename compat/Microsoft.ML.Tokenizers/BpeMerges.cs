namespace Microsoft.ML.Tokenizers;

/// <summary>The pairs of tokens that may be joined, with their rank and what they become.</summary>
internal sealed class BpeMerges
{
    private readonly Dictionary<long, (int Rank, int Id)> _pairs;

    public BpeMerges(Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> idOf, IEnumerable<string> merges)
    {
        _pairs = new Dictionary<long, (int Rank, int Id)>(merges.TryGetNonEnumeratedCount(out var count) ? count : 0);
        Span<char> buffer = stackalloc char[256];
        foreach (var merge in merges)
        {
            var blank = merge is null ? -1 : merge.IndexOf(' ', StringComparison.Ordinal);
            if (blank < 0 || blank == merge!.Length - 1 || merge.IndexOf(' ', blank + 1) >= 0)
            {
                throw new InvalidOperationException($"The merge '{merge}' is not two tokens with one blank between them.");
            }

            var left = merge.AsSpan(0, blank);
            var right = merge.AsSpan(blank + 1);
            var joined = merge.Length <= buffer.Length ? buffer[..(merge.Length - 1)] : new char[merge.Length - 1];
            left.CopyTo(joined);
            right.CopyTo(joined[blank..]);
            if (!idOf.TryGetValue(left, out var leftId) || !idOf.TryGetValue(right, out var rightId)
                || !idOf.TryGetValue(joined, out var id))
            {
                throw new InvalidOperationException($"The merge '{merge}' names a token that the vocabulary does not have.");
            }

            _pairs.Add(Key(leftId, rightId), (_pairs.Count, id));
        }
    }

    /// <summary>Joins neighbours, the strongest pair first and the leftmost of equals, until no pair may be joined.</summary>
    public BpeSymbol[] Apply(BpeSymbol[] symbols)
    {
        if (symbols.Length < 2)
        {
            return symbols;
        }

        // A doubly linked list over the array; a queue entry is stale when its pair is no longer there.
        var next = new int[symbols.Length];
        var previous = new int[symbols.Length];
        var queue = new PriorityQueue<(int Position, int Id), (int Rank, int Position)>();
        for (var i = 0; i < symbols.Length; i++)
        {
            next[i] = i + 1 < symbols.Length ? i + 1 : -1;
            previous[i] = i - 1;
        }

        for (var i = 0; i + 1 < symbols.Length; i++)
        {
            Offer(queue, symbols, i, i + 1);
        }

        var removed = 0;
        while (queue.TryDequeue(out var top, out _))
        {
            var left = top.Position;
            var right = symbols[left].Id < 0 ? -1 : next[left];
            if (right < 0 || !_pairs.TryGetValue(Key(symbols[left].Id, symbols[right].Id), out var pair) || pair.Id != top.Id)
            {
                continue;
            }

            symbols[left] = new BpeSymbol(pair.Id, symbols[left].Start, symbols[right].End);
            symbols[right] = symbols[right] with { Id = -1 };
            removed++;
            next[left] = next[right];
            if (next[left] >= 0)
            {
                previous[next[left]] = left;
                Offer(queue, symbols, left, next[left]);
            }

            if (previous[left] >= 0)
            {
                Offer(queue, symbols, previous[left], left);
            }
        }

        return removed == 0 ? symbols : Array.FindAll(symbols, symbol => symbol.Id >= 0);
    }

    private void Offer(PriorityQueue<(int Position, int Id), (int Rank, int Position)> queue, BpeSymbol[] symbols, int left, int right)
    {
        if (_pairs.TryGetValue(Key(symbols[left].Id, symbols[right].Id), out var pair))
        {
            queue.Enqueue((left, pair.Id), (pair.Rank, left));
        }
    }

    private static long Key(int left, int right) => ((long)left << 32) | (uint)right;
}
