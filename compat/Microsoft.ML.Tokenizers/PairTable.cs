using System.Runtime.CompilerServices;

namespace Microsoft.ML.Tokenizers;

/// <summary>From two ids to the rank of their merge and the id that it makes: an open hash table (see <see cref="TokenTable"/>).</summary>
internal sealed class PairTable
{
    // No pair of ids has this key.
    private const long Free = -1;

    private long[] _keys;
    private (int Rank, int Id)[] _merges;
    private int _count;

    public PairTable(int capacity)
    {
        _keys = new long[TokenTable.SizeFor(capacity)];
        _merges = new (int Rank, int Id)[_keys.Length];
        Array.Fill(_keys, Free);
    }

    /// <summary>Adds a merge; its rank is the number of merges before it. False where the pair has one already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryAdd(int left, int right, int id)
    {
        if (_count * 2 >= _keys.Length)
        {
            Grow();
        }

        var key = Key(left, right);
        var slot = Slot(key);
        if (_keys[slot] == key)
        {
            return false;
        }

        _keys[slot] = key;
        _merges[slot] = (_count++, id);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryGet(int left, int right, out (int Rank, int Id) merge)
    {
        var key = Key(left, right);
        var slot = Slot(key);
        merge = _merges[slot];
        return _keys[slot] == key;
    }

    private static long Key(int left, int right) => ((long)left << 32) | (uint)right;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Slot(long key)
    {
        var keys = _keys;
        var mask = keys.Length - 1;
        var hash = (ulong)key * 0x9E3779B97F4A7C15;
        var slot = (int)(hash >> 32) & mask;
        while (keys[slot] != key && keys[slot] != Free)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private void Grow()
    {
        var (keys, merges) = (_keys, _merges);
        _keys = new long[keys.Length * 2];
        _merges = new (int Rank, int Id)[_keys.Length];
        Array.Fill(_keys, Free);
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i] != Free)
            {
                var slot = Slot(keys[i]);
                _keys[slot] = keys[i];
                _merges[slot] = merges[i];
            }
        }
    }
}
