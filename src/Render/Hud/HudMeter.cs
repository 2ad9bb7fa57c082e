using System.Diagnostics;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Render;

/// <summary>
/// Measures what the statistics panel shows from the times that frames carry. Numbers change about four times a second, so that
/// they can be read. One thread at a time.
/// </summary>
public sealed class HudMeter
{
    private const double WindowSeconds = 0.25;
    // Masks may come once in a second or two: their rate is measured over longer.
    private const double MaskWindowSeconds = 2;
    private readonly HudContent _content;
    private long _windowStart;
    private long _lastIndex = -1;
    private long _lastMasks = -1;
    private long _maskWindowStart;
    private int _masks;
    private int _frames;
    private double _latencyMs;
    private double _inferenceMs;

    /// <summary>Creates a meter.</summary>
    /// <param name="title">First line of the panel, or null.</param>
    /// <param name="provider">What computes, or null.</param>
    public HudMeter(string? title = null, string? provider = null) => _content = new HudContent { Title = title, Provider = provider };

    /// <summary>What came before no longer counts: after a pause, nothing that was not shown was dropped.</summary>
    public void Restart()
    {
        (_windowStart, _lastIndex, _lastMasks, _maskWindowStart) = (0, -1, -1, 0);
        (_frames, _masks) = (0, 0);
    }

    /// <summary>Takes one more frame into account and returns the panel's content, which stays the meter's.</summary>
    public HudContent Measure(Frame frame, SegmentationResult result) => Measure(frame, result, Stopwatch.GetTimestamp());

    /// <summary>As <see cref="Measure(Frame, SegmentationResult)"/> at a given time, in ticks of <see cref="Stopwatch"/>.</summary>
    internal HudContent Measure(Frame frame, SegmentationResult result, long now)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(result);
        if (_windowStart == 0)
        {
            _windowStart = now;
        }
        else
        {
            _frames++;
        }

        if (_lastIndex >= 0 && frame.Index > _lastIndex + 1)
        {
            _content.DroppedFrames += frame.Index - _lastIndex - 1;
        }

        _lastIndex = frame.Index;
        _content.MasksReused = result.IsReused;
        CountMasks(result, now);
        _latencyMs = Milliseconds(frame.Times.Captured, now);
        _inferenceMs = Milliseconds(frame.Times.InferenceStart, frame.Times.InferenceEnd);
        var seconds = (double)(now - _windowStart) / Stopwatch.Frequency;
        if (_frames > 0 && (seconds >= WindowSeconds || _content.FramesPerSecond == 0))
        {
            _content.FramesPerSecond = _frames / seconds;
            _content.LatencyMs = _latencyMs;
            _content.MaskLagMs = result.FrameIndex >= 0 ? Math.Max(0, frame.TimestampUs - result.TimestampUs) / 1000.0 : 0;
            _content.InferenceMs = _inferenceMs;
            _frames = 0;
            _windowStart = now;
        }

        return _content;
    }

    private void CountMasks(SegmentationResult result, long now)
    {
        if (_maskWindowStart == 0)
        {
            (_maskWindowStart, _lastMasks) = (now, result.FrameIndex);
            return;
        }

        if (result.FrameIndex != _lastMasks)
        {
            _lastMasks = result.FrameIndex;
            _masks++;
        }

        var seconds = (double)(now - _maskWindowStart) / Stopwatch.Frequency;
        if (_masks > 0 && (seconds >= MaskWindowSeconds || (_content.MasksPerSecond == 0 && seconds >= WindowSeconds)))
        {
            _content.MasksPerSecond = _masks / seconds;
            (_masks, _maskWindowStart) = (0, now);
        }
    }

    private static double Milliseconds(long from, long to) => from > 0 && to > from ? (to - from) * 1000.0 / Stopwatch.Frequency : 0;
}
