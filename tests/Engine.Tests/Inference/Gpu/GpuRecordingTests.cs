using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Inference;

namespace OpenSegR.Realtime.Tests.Inference.Gpu;

/// <summary>While a network is recorded as a CUDA graph nobody else may have the GPU do anything: the driver would end the recording.</summary>
[Collection("stand-in GPU")]
public sealed class GpuRecordingTests
{
    [Fact]
    public void TextAndPicturesWaitForARecording()
    {
        StandIn.Reset();
        var folder = GoldenModel.Get(GoldenModel.Linear);
        var sessions = new SessionFactory(new InferenceSettings { Provider = ExecutionProvider.Cpu, Threads = 2, GpuFramesOnCpu = true });
        var device = sessions.Gpu!;
        var network = SegmentationNetwork.Open(folder, sessions);
        using var encoder = network.CreateTextEncoder();
        using var golden = new GoldenCase(GoldenModel.Linear, 1);
        using var session = network.CreateSegmentor((golden.Height, golden.Width), SegmentorOutputs.MaskLogits | SegmentorOutputs.MaskClasses);
        using var buffers = session.CreateBuffers();
        buffers.Classifier = golden.Classifier;
        var ids = new int[encoder.ContextLength];
        ids[1] = network.TextVocabulary - 1;
        var features = new float[encoder.Dimension];

        // The lock is one that a thread takes once: whoever asks for it within the recording's own thread is told so instead of waiting for ever.
        device.RunAlone(() =>
        {
            Assert.Throws<LockRecursionException>(() => encoder.Encode(ids, features, null, CancellationToken.None));
            Assert.Throws<LockRecursionException>(() => session.Run(buffers));
        });

        encoder.Encode(ids, features, null, CancellationToken.None);
        session.Run(buffers);
        Assert.Contains(features, value => value != 0);
        Assert.True(buffers.MaskLogits.ContainsAnyExcept(0f));
        device.RunAlone(() => { });
    }

    [Fact]
    public void WithoutAGpuNothingIsHeld()
    {
        var sessions = Sessions.Create();
        using var one = sessions.UseGpu();
        using var another = sessions.UseGpu();
        Assert.Null(sessions.Gpu);
    }
}
