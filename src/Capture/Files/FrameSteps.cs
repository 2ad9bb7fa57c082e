namespace OpenSegR.Realtime.Capture;

/// <summary>The last few distances between frames of a file, for frames whose own time is not known.</summary>
internal sealed class FrameSteps
{
    private readonly long[] _steps = new long[5];
    private int _count;

    /// <summary>Median of the last five distances in microseconds, or null before the first.</summary>
    public long? Median
    {
        get
        {
            if (_count == 0)
            {
                return null;
            }

            Span<long> sorted = stackalloc long[Math.Min(_count, _steps.Length)];
            _steps.AsSpan(0, sorted.Length).CopyTo(sorted);
            sorted.Sort();
            return sorted[sorted.Length / 2];
        }
    }

    /// <summary>Adds a distance in microseconds.</summary>
    public void Add(long step) => _steps[_count++ % _steps.Length] = step;
}
