using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Tests.Capture;

/// <summary>Writes the frames as they are; checks that true masks are those of their frame.</summary>
internal sealed class PassThroughSink(IFrameSink output) : ISegmentationSink
{
    public void Open(FrameSourceInfo source) => output.Open(source.Format, source.FramesPerSecond);

    public void Write(Frame frame, SegmentationResult result)
    {
        if (!result.IsReused)
        {
            Assert.Equal(FrameCode.Read(frame), result.Labels[0]);
        }

        output.Write(frame);
    }

    public void Complete() => output.Complete();

    public void Dispose() => output.Dispose();
}
