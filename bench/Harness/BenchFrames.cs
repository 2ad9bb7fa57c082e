using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Capture.Synthetic;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Bench;

/// <summary>
/// The frames of a benchmark: synthetic scenes are drawn once and played from memory, files are decoded anew in every repetition, cameras
/// and streams are opened anew.
/// </summary>
internal sealed class BenchFrames : IDisposable
{
    private readonly BenchSetup _setup;
    private readonly FramePool _pool = new();
    private readonly List<Frame> _memory = [];
    private Frame? _first;
    private bool _isLive;

    public BenchFrames(BenchSetup setup)
    {
        _setup = setup;
        if (setup.Input.StartsWith(SyntheticSource.Prefix, StringComparison.OrdinalIgnoreCase))
        {
            using var scene = SyntheticSource.Parse(setup.Input);
            while (_memory.Count < 240 && scene.Read(_pool, out var frame, CancellationToken.None) == FrameRead.Frame)
            {
                _memory.Add(frame!);
            }
        }
    }

    /// <summary>The first frame; it stays here. With a camera whatever it shows at that moment, the same at every call.</summary>
    public Frame First
    {
        get
        {
            if (_memory.Count > 0)
            {
                return _memory[0];
            }

            if (_first is null)
            {
                using var source = Open(1);
                _isLive = source.Info.IsLive;
                FrameRead read;
                while ((read = source.Read(_pool, out _first, CancellationToken.None)) == FrameRead.NotYet)
                {
                }

                if (read == FrameRead.EndOfStream)
                {
                    throw new InputException($"'{_setup.Input}' has no frame to measure with");
                }
            }

            return _first!;
        }
    }

    /// <summary>Whether frames come at their own speed, so that the newest count.</summary>
    public bool IsLive => First is not null && (_memory.Count > 0 ? _setup.Live : _isLive);

    /// <summary>Opens the source for one repetition.</summary>
    public IFrameSource Open(long frames) => _memory.Count > 0
        ? new MemorySource(_memory, frames, _setup.Live ? SyntheticScene.FramesPerSecond : null)
        : FrameSources.Open(_setup.Input, new FrameSourceOptions { AsLive = _setup.Live });

    public void Dispose()
    {
        _memory.ForEach(frame => frame.Dispose());
        _first?.Dispose();
    }
}
