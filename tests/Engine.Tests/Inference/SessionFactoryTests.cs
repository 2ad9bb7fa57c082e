using OpenSegR.Realtime.Inference;

namespace OpenSegR.Realtime.Tests.Inference;

public sealed class SessionFactoryTests
{
    [Fact]
    public void AutoFallsBackToTheCpuAndSaysWhyOnceForEachProvider()
    {
        Assert.SkipWhen(SessionFactory.FindProblem(ExecutionProvider.Cuda) is null, "this machine has CUDA");
        List<string> notices = [];
        var factory = new SessionFactory(new InferenceSettings { CustomOperators = false }, notices.Add);
        Assert.Equal(ExecutionProvider.Cpu, factory.Provider);
        Assert.False(factory.UsesCustomOperators);
        Assert.Equal(2, notices.Count);
        Assert.StartsWith("not using TensorRT: ", notices[0], StringComparison.Ordinal);
        Assert.StartsWith("not using CUDA: ", notices[1], StringComparison.Ordinal);
        Assert.All(notices, notice => Assert.DoesNotContain('\n', notice));
    }

    [Fact]
    public void AProviderAskedForByNameWorksOrIsAnError()
    {
        Assert.SkipWhen(SessionFactory.FindProblem(ExecutionProvider.Cuda) is null, "this machine has CUDA");
        var error = Assert.Throws<SegrException>(() => new SessionFactory(new InferenceSettings { Provider = ExecutionProvider.Cuda }));
        Assert.StartsWith("CUDA cannot be used: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheCpuNeedsNoProbeAndIsSilentWithItsOperators()
    {
        List<string> notices = [];
        var factory = new SessionFactory(new InferenceSettings { Provider = ExecutionProvider.Cpu, Threads = 3 }, notices.Add);
        Assert.Equal(3, factory.Threads);
        Assert.Equal(CustomOperatorLibrary.Problem is null, factory.UsesCustomOperators);
        Assert.Equal(CustomOperatorLibrary.Problem is null ? 0 : 1, notices.Count);
    }

    [Fact]
    public void AModelThatCannotBeLoadedIsAnErrorOfOneLine()
    {
        var error = Assert.Throws<ModelException>(() => Sessions.Create().Create([1, 2, 3], null));
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void TheRuntimeTellsItsVersion() => Assert.Matches(@"^\d+\.\d+", OrtEnvironment.Version);
}
