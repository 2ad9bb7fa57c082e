using System.Text.Json;

namespace OpenSegR.Realtime.Tests.EndToEnd;

/// <summary>The benchmark as a user runs it, small; what it measures is not asserted, only that it is there.</summary>
public sealed class BenchTests
{
    [Fact]
    public void It_writes_all_its_reports_and_compares_two()
    {
        var folder = Directory.CreateTempSubdirectory("segr-bench-").FullName;
        var run = Segr.Run(
            "bench", "--size", "96x64", "--precision", "fp32", "int8", "--input", "synthetic:1:96x64:4", "--frames", "4", "--repeat", "2", "--warm-up", "1",
            "--vocab", "ball; sky; grass", "--peers", "none", "--out", folder).MustSucceed();
        Assert.Contains("demo auto int8 96x64 semantic", run.Output, StringComparison.Ordinal);
        Assert.Contains("<svg", File.ReadAllText(Path.Combine(folder, "bench.html")), StringComparison.Ordinal);
        Assert.Contains("| demo auto fp32 96x64 semantic |", File.ReadAllText(Path.Combine(folder, "bench.md")), StringComparison.Ordinal);
        var json = Path.Combine(folder, "bench.json");
        using var report = JsonDocument.Parse(File.ReadAllText(json));
        var results = report.RootElement.GetProperty("results").EnumerateArray().ToArray();
        Assert.Equal(2, results.Length);
        Assert.All(results, result => Assert.Equal(2, result.GetProperty("samples").GetArrayLength()));

        // Without PyTorch the rounded one is held against our own in full precision.
        Assert.True(results[1].GetProperty("agreement").GetDouble() > 0.9);
        var comparison = Segr.Run("bench", "--compare", json, json).MustSucceed();
        Assert.Contains("1.00~", comparison.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_measured_is_refused()
    {
        Segr.AssertRefused("no-such-model", "bench", "--model", "no-such-model", "--peers", "none", "--input", "synthetic:1:96x64:2");
        Segr.AssertRefused("--repeat 0", "bench", "--repeat", "0");
        Segr.AssertRefused("missing.json", "bench", "--compare", "missing.json", "missing.json");
        Segr.AssertRefused("not a size", "bench", "--size", "100x64", "--peers", "none", "--input", "synthetic:1:96x64:2");
    }
}
