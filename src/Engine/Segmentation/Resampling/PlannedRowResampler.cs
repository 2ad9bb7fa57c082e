using System.Runtime.InteropServices;

namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>The horizontal pass in registers: groups of output bytes by a <see cref="RowPlan"/>, four rows at a time.</summary>
/// <typeparam name="T">The vector of bytes.</typeparam>
internal abstract unsafe class PlannedRowResampler<T> : RowResampler
    where T : unmanaged
{
    private readonly byte[] _tables;

    /// <summary>Makes one whose tables are still empty.</summary>
    /// <param name="plan">How a row is cut.</param>
    /// <param name="tablesPerGroup">Registers of tables that a group has before those of its pairs.</param>
    /// <param name="tablesPerPair">Registers of tables that each pair has.</param>
    protected PlannedRowResampler(RowPlan plan, int tablesPerGroup, int tablesPerPair)
    {
        (Plan, TablesPerGroup, TablesPerPair) = (plan, tablesPerGroup, tablesPerPair);
        _tables = GC.AllocateArray<byte>(plan.Groups * TableBytes, pinned: true);
    }

    /// <summary>How a row is cut.</summary>
    protected RowPlan Plan { get; }

    private int TablesPerGroup { get; }

    private int TablesPerPair { get; }

    private int TableBytes => (TablesPerGroup + (Plan.Pairs * TablesPerPair)) * sizeof(T);

    public sealed override void Run(byte* source, long stride, int rows, byte* target, long pitch)
    {
        fixed (byte* tables = _tables)
        fixed (int* offsets = Plan.Offsets)
        {
            for (; rows > 0; rows -= RowsAtOnce, source += RowsAtOnce * stride, target += RowsAtOnce * pitch)
            {
                RunFour(new FourRows(source, stride, rows), new FourRows(target, pitch, rows), tables, offsets);
            }
        }
    }

    /// <summary>Resamples four rows.</summary>
    protected abstract void RunFour(FourRows from, FourRows to, byte* table, int* offset);

    /// <summary>A table of a group.</summary>
    protected Span<TNumber> GroupTable<TNumber>(int group, int table)
        where TNumber : unmanaged => Table<TNumber>((group * TableBytes) + (table * sizeof(T)));

    /// <summary>A table of a pair of taps.</summary>
    protected Span<TNumber> PairTable<TNumber>(int group, int pair, int table)
        where TNumber : unmanaged => Table<TNumber>((group * TableBytes) + ((TablesPerGroup + (pair * TablesPerPair) + table) * sizeof(T)));

    private Span<TNumber> Table<TNumber>(int from)
        where TNumber : unmanaged => MemoryMarshal.Cast<byte, TNumber>(_tables.AsSpan(from, sizeof(T)));
}
