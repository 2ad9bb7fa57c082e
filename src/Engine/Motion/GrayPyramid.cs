using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Motion;

/// <summary>A frame in grey at a few sizes, each half the one before.</summary>
internal sealed class GrayPyramid
{
    private const int CoarsestSide = 20;
    private const int MostLevels = 5;
    private readonly GrayImage[] _levels = [.. Enumerable.Range(0, MostLevels).Select(_ => new GrayImage())];

    /// <summary>Number of levels in use, at least 1.</summary>
    public int Count { get; private set; }

    /// <summary>A level; 0 is the finest.</summary>
    public GrayImage this[int level] => _levels[level];

    /// <summary>The level of the size of the motion fields and colour thumbnails: half the finest, or the finest of a frame one pixel wide.</summary>
    public GrayImage OfField { get; private set; } = new();

    /// <summary>Fills it from a frame, the finest level twice the size of its <see cref="ColorThumbnail"/>.</summary>
    public void Fill(Frame frame)
    {
        var step = ColorThumbnail.StepOf(frame.Format);
        _levels[0].Reduce(frame, Math.Max(1, step / 2));
        OfField = _levels[step > 1 ? 1 : 0];
        // Needed also where the picture is too small for a search at that size.
        _levels[1].Halve(_levels[0]);
        Count = 1;
        while (Count < MostLevels && Math.Min(_levels[Count - 1].Width, _levels[Count - 1].Height) >= 2 * CoarsestSide)
        {
            if (Count > 1)
            {
                _levels[Count].Halve(_levels[Count - 1]);
            }

            Count++;
        }
    }
}
