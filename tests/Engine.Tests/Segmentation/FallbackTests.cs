using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Tests.Inference;

namespace OpenSegR.Realtime.Tests.Segmentation;

/// <summary>What happens when a network fails at work: the next provider, and no frame lost.</summary>
public sealed class FallbackTests
{
    [Fact]
    public void TheCpuIsTheLastAndAProviderAskedForIsTheOnlyOne()
    {
        Assert.Null(Sessions.Create().FallBack("it failed"));
        Assert.SkipWhen(SessionFactory.FindProblem(ExecutionProvider.Cuda) is null, "this machine has CUDA");
        Assert.Null(new SessionFactory(new InferenceSettings { CustomOperators = false }).FallBack("it failed"));
    }

    [Fact]
    public void ANetworkIsLoadedAnewWithWhatComesNextAndTheOldOneStays()
    {
        Assert.SkipWhen(SessionFactory.FindProblem(ExecutionProvider.Cuda) is null, "this machine has CUDA");
        List<string> notices = [];
        var factory = new SessionFactory(new InferenceSettings { CustomOperators = false, GpuFramesOnCpu = true }, notices.Add);
        notices.Clear();
        var network = SegmentationNetwork.Open(GoldenModel.Get(GoldenModel.Linear), factory);
        using var golden = new GoldenCase(GoldenModel.Linear, 1);
        using var sessions = new SegmentorSessions(network, null, 1);
        var geometry = ImageGeometry.Native(64, 64);
        var first = sessions.For(geometry);
        using var buffers = first.CreateBuffers();
        Assert.Same(first, sessions.For(geometry));

        Assert.True(sessions.Replace(first, "at frame 3 the network failed"));
        var second = sessions.For(geometry);
        Assert.NotSame(first, second);
        Assert.Equal("the CPU failed, going on with the CPU: at frame 3 the network failed", Assert.Single(notices));

        // Another slot still at work with the first: it fails as well, and nothing more is said.
        buffers.Classifier = golden.Classifier;
        first.Run(buffers);
        Assert.True(sessions.Replace(first, "at frame 4 the network failed"));
        Assert.Same(second, sessions.For(geometry));
        Assert.Single(notices);
        Assert.False(sessions.Replace(second, "at frame 5 the network failed"));
    }

    [Fact]
    public void APictureThatWasPreparedIsTakenOver()
    {
        using var golden = new GoldenCase(GoldenModel.Linear, 1);
        var folder = GoldenModel.Get(GoldenModel.Linear);
        var network = SegmentationNetwork.Open(folder, Sessions.Create());
        using var preparation = new FramePreparation(folder.Manifest, new SegmentorOptions());
        using var sessions = new SegmentorSessions(network, null, 1);
        using var others = new SegmentorSessions(network, null, 1);
        var geometry = ImageGeometry.FitInside(50, 40, 96, 64);
        using var frame = FramePool.Shared.Rent(new FrameFormat(50, 40));
        for (var i = 0; i < frame.Pixels.Length; i++)
        {
            frame.Pixels[i] = (byte)(i * 31 % 251);
        }

        using var failed = new HostFramePath(sessions.For(geometry), preparation);
        using var next = new HostFramePath(others.For(geometry), preparation);
        failed.Preprocess(frame, geometry, golden.Classifier);
        next.TakeOver(failed);
        next.Infer();
        failed.Infer();
        Assert.Equal(failed.Output.MaskLogits, next.Output.MaskLogits);
        Assert.Equal(failed.Output.MaskClasses, next.Output.MaskClasses);
        Assert.Equal(geometry, next.Geometry);
    }
}
