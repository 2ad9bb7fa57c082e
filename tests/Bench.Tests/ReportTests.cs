using System.Xml.Linq;
using OpenSegR.Realtime.Bench;

namespace OpenSegR.Realtime.Tests.Bench;

public sealed class ReportTests
{
    [Fact]
    public void A_report_read_back_is_the_same()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("segr-bench-").FullName, "bench.json");
        var report = Reports.Of(Reports.Ours("a", 10, 50));
        File.WriteAllText(path, report.ToJson());
        var read = BenchReport.Read(path);
        Assert.Equal(report.ToJson(), read.ToJson());
        Assert.Equal(report.Machine, read.Machine);
        Assert.Equal(55, read.Results[0].Stages["end_to_end"].P99);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1, 2]")]
    [InlineData("{\"format\": 1}")]
    [InlineData("{\"format\": 7, \"created\": \"2026-01-02T03:04:05Z\", \"machine\": null, \"setup\": null, \"results\": null, \"missing\": null}")]
    public void What_is_no_report_is_refused_by_name(string text)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("segr-bench-").FullName, "other.json");
        File.WriteAllText(path, text);
        Assert.Contains("other.json", Assert.Throws<InputException>(() => BenchReport.Read(path)).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => BenchReport.Read(path + ".missing"));
    }

    [Fact]
    public void Ratios_are_second_to_first_and_overlap_is_marked()
    {
        var before = Reports.Of(Reports.Ours("same", 10, 50), Reports.Ours("gone", 1, 1));
        var after = Reports.Of(Reports.Ours("same", 10.5, 25), Reports.Ours("new", 1, 1));
        var table = BenchComparison.ToTable(before, after);
        var row = Assert.Single(table.Split('\n'), line => line.TrimStart().StartsWith("same", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);

        // fps 10.5 / 10 within the spread, network 25 / 50 clearly less, p50 28 / 53, p99 30 / 55, CPU 50 / 100, memory as before.
        Assert.Equal(["same", "1.05~", "0.50", "0.53", "0.55", "0.50", "1.00"], row);
        Assert.Contains("only in the first: gone", table, StringComparison.Ordinal);
        Assert.Contains("only in the second: new", table, StringComparison.Ordinal);
        Assert.DoesNotContain("differ", table, StringComparison.Ordinal);
        Assert.Contains("machines differ", BenchComparison.ToTable(before, after with { Machine = Reports.Machine with { Processors = 4 } }), StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_is_whole_by_itself_and_its_plots_are_well_formed()
    {
        var html = BenchPage.ToHtml(Reports.Of(Reports.Ours("a <b> & c", 10, 50), Reports.Ours("d", 20, 25)));
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<fast>", html, StringComparison.Ordinal);

        var bars = new List<double>();
        for (var start = html.IndexOf("<svg", StringComparison.Ordinal); start >= 0; start = html.IndexOf("<svg", start + 1, StringComparison.Ordinal))
        {
            var svg = XElement.Parse(html[start..(html.IndexOf("</svg>", start, StringComparison.Ordinal) + 6)]);
            bars.AddRange(svg.Elements("rect").Where(r => r.Element("title") is not null).Select(r => (double)r.Attribute("width")!));
        }

        // The first plot is frames a second: 10 and 20, the whisker of the second reaches 22.
        Assert.Equal(2, bars[1] / bars[0], 2);
        Assert.All(bars, width => Assert.InRange(width, 0.5, 480));
    }

    [Fact]
    public void Tables_name_what_was_not_measured()
    {
        var report = Reports.Of(Reports.Ours("a", 10, 50));
        Assert.Contains("not measured, a reason", BenchText.ToTable(report), StringComparison.Ordinal);
        Assert.Contains("not measured, a reason", BenchText.ToMarkdown(report), StringComparison.Ordinal);
        Assert.Contains("| contestant | fps | at once | network ms |", BenchText.ToMarkdown(report), StringComparison.Ordinal);
        Assert.Contains("| a | 10.0 ±10% | 2 | 50.0 | 2.50 |", BenchText.ToMarkdown(report), StringComparison.Ordinal);
    }
}
