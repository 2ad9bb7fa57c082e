using System.Diagnostics;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Bench;

/// <summary>Ends another source after some time, though not before its third frame. Owns it.</summary>
internal sealed class LimitedSource(IFrameSource inner, double seconds) : IFrameSource
{
    public const int FewestFrames = 3;
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _frames;

    public FrameSourceInfo Info => inner.Info;

    public FrameRead Read(FramePool pool, out Frame? frame, CancellationToken cancellationToken)
    {
        if (_frames >= FewestFrames && Stopwatch.GetElapsedTime(_start).TotalSeconds >= seconds)
        {
            frame = null;
            return FrameRead.EndOfStream;
        }

        var read = inner.Read(pool, out frame, cancellationToken);
        _frames += read == FrameRead.Frame ? 1 : 0;
        return read;
    }

    public void Dispose() => inner.Dispose();
}
