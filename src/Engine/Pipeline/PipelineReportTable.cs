using System.Globalization;
using System.Text;

namespace OpenSegR.Realtime.Pipeline;

/// <summary>Lays a report out for a terminal.</summary>
internal static class PipelineReportTable
{
    private const int MostClasses = 12;

    public static string Format(PipelineReport report)
    {
        var text = new StringBuilder();
        Line(text, $"{report.Source}: {report.Outcome.ToString().ToLowerInvariant()}, sync {report.Sync.ToString().ToLowerInvariant()}");
        Line(text, $"frames  in {report.FramesIn}  out {report.FramesOut}  dropped {report.FramesDropped}  "
            + $"inferred {report.FramesInferred}  masks reused {report.FramesReused}");
        Line(text, $"fps     in {report.FpsIn:0.0}  out {report.FpsOut:0.0}  masks {report.FpsInferred:0.0}  "
            + $"({report.Seconds:0.00} s, first frame after {report.TimeToFirstFrameMs:0} ms)");
        if (report.Drops.Values.Any(n => n > 0))
        {
            Line(text, "drops   " + string.Join("  ", report.Drops.Where(d => d.Value > 0).Select(d => $"before {d.Key} {d.Value}")));
        }

        Line(text, $"{"ms",-12}{"mean",9}{"p50",9}{"p95",9}{"p99",9}{"max",9}");
        foreach (var (name, l) in report.Latency.Where(l => l.Value.Count > 0))
        {
            Line(text, $"{name.Replace('_', ' '),-12}{l.MeanMs,9:0.00}{l.P50Ms,9:0.00}{l.P95Ms,9:0.00}{l.P99Ms,9:0.00}{l.MaxMs,9:0.00}");
        }

        Line(text, $"memory  {report.AllocatedBytesPerFrame:0} bytes allocated a frame, {report.Gen2Collections} full collections");
        foreach (var c in report.Classes.Take(MostClasses))
        {
            Line(text, $"class   {c.Share,7:0.0%}  {c.Name} (in {c.Frames} frames)");
        }

        if (report.Classes.Count > MostClasses)
        {
            Line(text, $"class   ... and {report.Classes.Count - MostClasses} more");
        }

        return text.ToString();
    }

    private static void Line(StringBuilder text, FormattableString line) => Line(text, line.ToString(CultureInfo.InvariantCulture));

    private static void Line(StringBuilder text, string line) => text.Append(line.TrimEnd()).Append('\n');
}
