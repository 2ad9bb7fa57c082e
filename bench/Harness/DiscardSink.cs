using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Bench;

/// <summary>Takes finished pictures and keeps nothing: composition is measured without an encoder behind it.</summary>
internal sealed class DiscardSink : IFrameSink
{
    public void Open(FrameFormat format, double framesPerSecond)
    {
    }

    public void Write(Frame frame)
    {
    }

    public void Complete()
    {
    }

    public void Dispose()
    {
    }
}
