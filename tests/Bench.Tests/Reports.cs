using OpenSegR.Realtime.Bench;

namespace OpenSegR.Realtime.Tests.Bench;

/// <summary>Reports with known numbers.</summary>
internal static class Reports
{
    public static readonly MachineInfo Machine = new("A processor <fast>", 2, "AVX-512", 16, "Linux", ".NET", "1.29", "0.1.0");

    public static BenchReport Of(params BenchResult[] results) => new()
    {
        Created = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Machine = Machine,
        Setup = new BenchSetup(),
        Results = results,
        Missing = ["naive ONNX export: not measured, a reason"],
    };

    public static BenchResult Ours(string name, double fps, double networkMs) => new()
    {
        Name = name,
        Kind = "segr",
        Description = "described",
        Group = "g",
        FramesAtOnce = 2,
        Fps = new Spread(fps, fps * 0.9, fps * 1.1),
        NetworkMs = new Spread(networkMs, networkMs, networkMs),
        Stages = new Dictionary<string, StagePercentiles> { ["inference"] = new(networkMs, networkMs + 1, networkMs + 2), ["end_to_end"] = new(networkMs + 3, networkMs + 4, networkMs + 5) },
        CpuMs = new Spread(2 * networkMs, 2 * networkMs, 2 * networkMs),
        RssMb = 100,
        PeakRssMb = 120,
        TimesAsFastAs = new Dictionary<string, double> { ["pytorch"] = 2.5 },
    };
}
