namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>The horizontal pass with AVX-512: groups of output pixels by a <see cref="WidePlan"/>, four rows at a time.</summary>
/// <param name="plan">How a row is cut.</param>
internal abstract unsafe class WideRowResampler(WidePlan plan) : RowResampler
{
    /// <summary>Bytes of a register.</summary>
    protected const int Vector = 64;

    /// <summary>How a row is cut.</summary>
    protected WidePlan Plan { get; } = plan;

    public sealed override void Run(byte* source, long stride, int rows, byte* end, byte* target, long pitch)
    {
        for (; rows > 0; rows -= RowsAtOnce, source += RowsAtOnce * stride, target += RowsAtOnce * pitch)
        {
            var from = new FourRows(source, stride, rows);
            var to = new FourRows(target, pitch, rows);
            if (Plan.Window == Vector)
            {
                RunFour<SingleWindow>(from, to);
            }
            else
            {
                RunFour<DoubleWindow>(from, to);
            }
        }
    }

    /// <summary>Resamples four rows through windows of one kind.</summary>
    protected abstract void RunFour<TWindow>(FourRows from, FourRows to)
        where TWindow : struct, IByteWindow;
}
