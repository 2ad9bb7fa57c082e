using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Motion;

/// <summary>A frame in grey at a few sizes, each half the one before.</summary>
internal sealed class GrayPyramid
{
    /// <summary>Wanted width of the finest level; frames are reduced by the whole number that comes nearest to it.</summary>
    public const int FinestWidth = 320;

    private const int CoarsestSide = 20;
    private const int MostLevels = 5;
    private readonly GrayImage[] _levels = [.. Enumerable.Range(0, MostLevels).Select(_ => new GrayImage())];

    /// <summary>Number of levels in use, at least 1.</summary>
    public int Count { get; private set; }

    /// <summary>A level; 0 is the finest.</summary>
    public GrayImage this[int level] => _levels[level];

    /// <summary>Fills it from a frame.</summary>
    public void Fill(Frame frame)
    {
        var step = Math.Max(1, (int)Math.Round(frame.Width / (double)FinestWidth));
        _levels[0].Reduce(frame, Math.Min(step, Math.Min(frame.Width, frame.Height)));
        Count = 1;
        while (Count < MostLevels && Math.Min(_levels[Count - 1].Width, _levels[Count - 1].Height) >= 2 * CoarsestSide)
        {
            _levels[Count].Halve(_levels[Count - 1]);
            Count++;
        }
    }
}
