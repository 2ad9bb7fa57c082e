using System.Globalization;

namespace OpenSegR.Realtime.Bench;

/// <summary>The tables of a report as rows of text: the terminal, Markdown and the page lay out the same ones.</summary>
internal static class ReportRows
{
    public static readonly string[] StageOrder = ["source", "preprocess", "inference", "postprocess", "sink", "end_to_end", "mask_age"];

    public static IEnumerable<(string Title, string[] Head, List<string[]> Rows)> Tables(BenchReport report)
    {
        yield return ("Rates", ["contestant", "fps", "at once", "network ms", "x PyTorch", "x naive ONNX", "same pixels", "first frame ms"],
            [.. report.Results.Select(r => new[]
            {
                r.Name, Text(r.Fps), r.FramesAtOnce?.ToString(CultureInfo.InvariantCulture) ?? "", Text(r.NetworkMs), Ratio(r, Contestant.PyTorch), Ratio(r, Contestant.NaiveOnnx),
                r.Agreement is { } share ? Number(share * 100, 2) + " %" : "", r.FirstFrameMs is { } first ? Number(first, 0) : "",
            })]);
        yield return ("Latency, ms: p50 / p95 / p99 with one frame in flight", ["contestant", .. StagesOf(report)],
            [.. report.Results.Where(r => r.Stages.Count > 0).Select(r => (string[])[r.Name, .. StagesOf(report).Select(stage => Text(r.Stages.GetValueOrDefault(stage)))])]);
        yield return ("Resources", ["contestant", "CPU ms/frame", "RSS MB", "peak MB", "managed bytes/frame", "gen-2", "dropped"],
            [.. report.Results.Select(r => new[]
            {
                r.Name, Text(r.CpuMs), Number(r.RssMb, 0), Number(r.PeakRssMb, 0), r.AllocatedBytes is { } bytes ? Number(bytes.Median, 0) : "",
                r.Kind == Contestant.Ours ? r.Gen2Collections.ToString(CultureInfo.InvariantCulture) : "",
                r.Kind == Contestant.Ours ? r.Dropped.ToString(CultureInfo.InvariantCulture) : "",
            })]);
    }

    public static string[] StagesOf(BenchReport report) => [.. StageOrder.Where(stage => report.Results.Any(r => r.Stages.ContainsKey(stage)))];

    public static string Describe(BenchReport report)
    {
        var (machine, setup) = (report.Machine, report.Setup);
        return string.Create(CultureInfo.InvariantCulture, $"{machine.Processor}, {machine.Processors} processors, {machine.Instructions}, {machine.MemoryGb} GB, {machine.System}, {machine.Runtime}, ONNX Runtime {machine.OnnxRuntime}. ")
            + string.Create(CultureInfo.InvariantCulture, $"{setup.Input}{(setup.Live ? " as live" : "")}, sink {setup.Sink}, {(setup.Threads == 0 ? "all" : setup.Threads)} threads, {setup.WarmUp} frames of warm-up, {setup.Repetitions} rounds of at most {setup.Frames} frames or {setup.Seconds} s, in turns; medians, with half the spread of the rounds.");
    }

    public static string Text(Spread? spread) =>
        spread is null ? "" : Number(spread.Median, Decimals(spread.Median)) + (spread.Relative > 0 ? $" ±{Number(spread.Relative * 100, 0)}%" : "");

    public static string Number(double value, int decimals) => value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    public static int Decimals(double value) => Math.Abs(value) switch { < 10 => 2, < 1000 => 1, _ => 0 };

    private static string Text(StagePercentiles? stage) =>
        stage is null ? "" : string.Join(" / ", new[] { stage.P50, stage.P95, stage.P99 }.Select(value => Number(value, Decimals(value))));

    private static string Ratio(BenchResult result, string kind) => result.TimesAsFastAs.TryGetValue(kind, out var times) ? Number(times, 2) : "";
}
