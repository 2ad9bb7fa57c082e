using System.Runtime.ExceptionServices;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Pipeline;

/// <summary>Gives every frame to several sinks, in their order; owns them. The first failure ends the run for all of them.</summary>
public sealed class TeeSink : ISegmentationSink
{
    private readonly ISegmentationSink[] _sinks;

    /// <summary>Creates a sink that feeds others, which belong to it from now on.</summary>
    public TeeSink(params IReadOnlyList<ISegmentationSink> sinks)
    {
        ArgumentNullException.ThrowIfNull(sinks);
        _sinks = [.. sinks];
        var intervals = _sinks.Select(s => s.IdleInterval).Where(i => i is not null);
        IdleInterval = intervals.Min();
    }

    /// <summary>The shortest interval that any of the sinks asks for.</summary>
    public TimeSpan? IdleInterval { get; }

    /// <inheritdoc/>
    public void Open(FrameSourceInfo source)
    {
        foreach (var sink in _sinks)
        {
            sink.Open(source);
        }
    }

    /// <inheritdoc/>
    public void Write(Frame frame, SegmentationResult result)
    {
        foreach (var sink in _sinks)
        {
            sink.Write(frame, result);
        }
    }

    /// <inheritdoc/>
    public void Idle()
    {
        foreach (var sink in _sinks)
        {
            sink.Idle();
        }
    }

    /// <summary>Completes all sinks, even where one fails: each output stands for itself. Then throws the first failure.</summary>
    public void Complete() => ForAll(static sink => sink.Complete());

    /// <summary>Disposes all sinks, even where one fails. Then throws the first failure.</summary>
    public void Dispose() => ForAll(static sink => sink.Dispose());

    private void ForAll(Action<ISegmentationSink> action)
    {
        ExceptionDispatchInfo? first = null;
        foreach (var sink in _sinks)
        {
            try
            {
                action(sink);
            }
            catch (Exception e)
            {
                first ??= ExceptionDispatchInfo.Capture(e);
            }
        }

        first?.Throw();
    }
}
