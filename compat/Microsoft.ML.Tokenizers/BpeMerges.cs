using System.Runtime.CompilerServices;

namespace Microsoft.ML.Tokenizers;

/// <summary>The pairs of tokens that may be joined, with their rank and what they become.</summary>
internal sealed class BpeMerges
{
    private readonly PairTable _pairs;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public BpeMerges(TokenTable vocabulary, IEnumerable<string> merges)
    {
        // Nearly every token of a vocabulary is the result of a merge.
        _pairs = new PairTable(vocabulary.Count);
        Span<char> buffer = stackalloc char[256];
        foreach (var merge in merges)
        {
            var blank = merge is null ? -1 : merge.IndexOf(' ', StringComparison.Ordinal);
            if (blank < 0 || blank == merge!.Length - 1 || merge.AsSpan(blank + 1).Contains(' '))
            {
                throw new InvalidOperationException($"The merge '{merge}' is not two tokens with one blank between them.");
            }

            var left = merge.AsSpan(0, blank);
            var right = merge.AsSpan(blank + 1);
            var joined = merge.Length <= buffer.Length ? buffer[..(merge.Length - 1)] : new char[merge.Length - 1];
            left.CopyTo(joined);
            right.CopyTo(joined[blank..]);
            var leftId = vocabulary.Find(left);
            var rightId = vocabulary.Find(right);
            var id = vocabulary.Find(joined);
            if (leftId < 0 || rightId < 0 || id < 0)
            {
                throw new InvalidOperationException($"The merge '{merge}' names a token that the vocabulary does not have.");
            }

            if (!_pairs.TryAdd(leftId, rightId, id))
            {
                throw new ArgumentException($"The merge '{merge}' is there twice.");
            }
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
            if (right < 0 || !_pairs.TryGet(symbols[left].Id, symbols[right].Id, out var pair) || pair.Id != top.Id)
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
        if (_pairs.TryGet(symbols[left].Id, symbols[right].Id, out var pair))
        {
            queue.Enqueue((left, pair.Id), (pair.Rank, left));
        }
    }
}
