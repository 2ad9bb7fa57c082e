using System.Diagnostics;
using System.Runtime.Intrinsics;
using OpenSegR.Realtime.Segmentation.Resampling;

namespace OpenSegR.Realtime.Tests.Segmentation.Resampling;

/// <summary>The loops again in processes whose runtime is told that the processor has less.</summary>
public sealed class ProcessorPathTests
{
    private const string Expected = "SEGR_TEST_PROCESSOR_PATH";

    [Theory]
    [InlineData("DOTNET_EnableAVX512", "Avx2", true)]
    [InlineData("DOTNET_EnableAVX2", "Portable", true)]
    [InlineData("DOTNET_EnableHWIntrinsic", "Portable", false)]
    public async Task Loops_give_the_same_where_the_processor_has_less(string without, string path, bool hasVectors)
    {
        Assert.SkipUnless(ProcessorPaths.IsSupported(ProcessorPath.Avx2), "this processor has no AVX2, so there is nothing to take away");
        Assert.SkipWhen(Environment.GetEnvironmentVariable(Expected) is not null, "this is such a process");
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["-class", typeof(ProcessorPathTests).FullName!, "-class", typeof(ResamplingLoopTests).FullName!])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[without] = "0";
        start.Environment[Expected] = $"{path} {hasVectors}";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}\n{await output}\n{errors}");
    }

    /// <summary>Also in the processes that the other test starts, which know what it must be.</summary>
    [Fact]
    public void Best_path_is_the_fastest_that_is_there()
    {
        var fastest = Enum.GetValues<ProcessorPath>().Last(ProcessorPaths.IsSupported);
        Assert.Equal(fastest, ProcessorPaths.Best);
        var expected = Environment.GetEnvironmentVariable(Expected);
        Assert.Equal(expected ?? $"{fastest} {Vector128.IsHardwareAccelerated}", $"{ProcessorPaths.Best} {Vector128.IsHardwareAccelerated}");
    }
}
