using System.Runtime.CompilerServices;

namespace Microsoft.ML.Tokenizers;

/// <summary>
/// From the spelling of a token to its id: an open hash table over spans.
/// </summary>
/// <remarks>
/// Made for the load time of a tokenizer, which is all lookups: its methods are compiled optimised at once, where a generic dictionary
/// would still run unoptimised code during the 150,000 lookups of a vocabulary such as CLIP's.
/// </remarks>
internal sealed class TokenTable
{
    private string?[] _tokens;
    private int[] _ids;
    private int _count;

    public TokenTable(int capacity)
    {
        var size = SizeFor(capacity);
        _tokens = new string?[size];
        _ids = new int[size];
    }

    public int Count => _count;

    /// <summary>The entries in no particular order.</summary>
    public IEnumerable<(string Token, int Id)> Entries()
    {
        for (var i = 0; i < _tokens.Length; i++)
        {
            if (_tokens[i] is { } token)
            {
                yield return (token, _ids[i]);
            }
        }
    }

    /// <summary>Adds a token.</summary>
    /// <exception cref="ArgumentException">It is there already.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(string token, int id)
    {
        if (_count * 2 >= _tokens.Length)
        {
            Grow();
        }

        var slot = Slot(token);
        if (_tokens[slot] is not null)
        {
            throw new ArgumentException($"The token '{token}' is in the vocabulary twice.");
        }

        _tokens[slot] = token;
        _ids[slot] = id;
        _count++;
    }

    /// <summary>The id of a token, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Find(ReadOnlySpan<char> token)
    {
        var slot = Slot(token);
        return _tokens[slot] is null ? -1 : _ids[slot];
    }

    /// <summary>Room for the entries at no more than half the slots, a power of two.</summary>
    internal static int SizeFor(int entries) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, entries * 2));

    /// <summary>Where the token is, or the free slot where it would be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Slot(ReadOnlySpan<char> token)
    {
        // FNV-1a over characters, then a mix, because the slot is taken from the low bits.
        var hash = 2166136261u;
        foreach (var c in token)
        {
            hash = (hash ^ c) * 16777619u;
        }

        var tokens = _tokens;
        var mask = tokens.Length - 1;
        for (var slot = (int)(hash ^ (hash >> 15)) & mask; ; slot = (slot + 1) & mask)
        {
            if (tokens[slot] is not { } found || token.SequenceEqual(found))
            {
                return slot;
            }
        }
    }

    private void Grow()
    {
        var (tokens, ids) = (_tokens, _ids);
        _tokens = new string?[tokens.Length * 2];
        _ids = new int[tokens.Length * 2];
        for (var i = 0; i < tokens.Length; i++)
        {
            if (tokens[i] is { } token)
            {
                var slot = Slot(token);
                _tokens[slot] = token;
                _ids[slot] = ids[i];
            }
        }
    }
}
