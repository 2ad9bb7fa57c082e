using System.Net;
using System.Text;

namespace OpenSegR.Realtime.Bench;

/// <summary>A report as one page that needs nothing beside it: plots as inline SVG, tables, no script.</summary>
public static class BenchPage
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1d2433; --paper: #fff; --line: #d5dae3; --quiet: #5b6579; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e9f0; --paper: #14171f; --line: #333a49; --quiet: #98a2b5; } }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
        table { border-collapse: collapse; margin: .5rem 0 1.5rem; font-variant-numeric: tabular-nums; font-size: 13px; display: block; overflow-x: auto; }
        th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
        th:first-child, td:first-child { text-align: left; }
        p { color: var(--quiet); }
        svg { width: 100%; margin: .5rem 0 1rem; }
        svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
        svg .title { font-size: 14px; font-weight: 600; }
        svg .whisker { stroke: var(--ink); fill: none; }
        .c0 { fill: #3f7fd4; } .c1 { fill: #e0913a; } .c2 { fill: #4fa877; } .c3 { fill: #b465c9; } .c4 { fill: #d15661; } .c5 { fill: #7b879b; }
        """;

    /// <summary>The whole page.</summary>
    public static string ToHtml(BenchReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var page = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>OpenSegR.Realtime benchmark</title>\n<meta name=\"viewport\" content=\"width=device-width\">\n<style>\n")
            .Append(Style).Append("\n</style></head><body>\n<h1>Benchmark</h1>\n<p>").Append(WebUtility.HtmlEncode(ReportRows.Describe(report))).Append("</p>\n");
        foreach (var chart in Charts(report).Where(chart => !chart.IsEmpty))
        {
            page.Append(chart.ToSvg());
        }

        foreach (var (title, head, rows) in ReportRows.Tables(report).Where(t => t.Rows.Count > 0))
        {
            page.Append("<h2>").Append(WebUtility.HtmlEncode(title)).Append("</h2>\n<table><tr>").Append(Cells("th", head)).Append("</tr>\n");
            foreach (var row in rows)
            {
                page.Append("<tr>").Append(Cells("td", row)).Append("</tr>\n");
            }

            page.Append("</table>\n");
        }

        foreach (var line in report.Missing)
        {
            page.Append("<p>").Append(WebUtility.HtmlEncode(line)).Append("</p>\n");
        }

        return page.Append("<p>").Append(report.Created.ToString("yyyy-MM-dd HH:mm zzz", System.Globalization.CultureInfo.InvariantCulture)).Append("</p>\n</body></html>\n").ToString();
    }

    private static IEnumerable<BarChart> Charts(BenchReport report)
    {
        var fps = new BarChart("Frames a second, pipeline at full load", "fps");
        foreach (var result in report.Results)
        {
            fps.Add(result.Name, result.Fps);
        }

        yield return fps;
        foreach (var group in report.Results.GroupBy(result => result.Group))
        {
            var network = new BarChart("The network alone, " + group.Key, "ms");
            foreach (var result in group)
            {
                network.Add(result.Name, result.NetworkMs, Remark(result));
            }

            yield return network;
        }

        var stages = new BarChart("Where a frame's time goes, medians with one frame in flight", "ms");
        var tails = new BarChart("End to end: median, and what p95 and p99 add", "ms");
        foreach (var result in report.Results.Where(result => result.Stages.Count > 0))
        {
            stages.Add(result.Name, ReportRows.StageOrder.Take(5).Where(result.Stages.ContainsKey).Select(stage => (stage, result.Stages[stage].P50)));
            if (result.Stages.TryGetValue("end_to_end", out var whole))
            {
                tails.Add(result.Name, [("p50", whole.P50), ("p95", Math.Max(0, whole.P95 - whole.P50)), ("p99", Math.Max(0, whole.P99 - whole.P95))]);
            }
        }

        yield return stages;
        yield return tails;
        var memory = new BarChart("Resident memory", "MB");
        foreach (var result in report.Results)
        {
            memory.Add(result.Name, new Spread(result.RssMb, result.RssMb, result.PeakRssMb));
        }

        yield return memory;
    }

    private static string Remark(BenchResult result) => result.TimesAsFastAs.Count == 0 ? ""
        : ", " + string.Join(", ", result.TimesAsFastAs.Select(ratio => $"{ReportRows.Number(ratio.Value, 2)} x {(ratio.Key == Contestant.PyTorch ? "PyTorch" : "naive")}"));

    private static string Cells(string tag, IEnumerable<string> cells) => string.Concat(cells.Select(cell => $"<{tag}>{WebUtility.HtmlEncode(cell)}</{tag}>"));
}
