using System.Globalization;
using System.Text;

namespace OpenSegR.Realtime.Bench;

/// <summary>Two reports side by side: what of the first there is in the second, as ratios.</summary>
public static class BenchComparison
{
    private static readonly string[] Head = ["contestant", "fps", "network", "end to end p50", "p99", "CPU", "RSS", "first frame"];

    /// <summary>
    /// A table of ratios "second : first". Above 1 the second is larger: better for fps, worse for all others; what lies within the spread of the two is marked ~.
    /// </summary>
    public static string ToTable(BenchReport first, BenchReport second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var before = first.Results.GroupBy(r => r.Name).ToDictionary(g => g.Key, g => g.First());
        List<string[]> rows = [];
        foreach (var after in second.Results)
        {
            if (!before.TryGetValue(after.Name, out var old))
            {
                continue;
            }

            rows.Add(
            [
                after.Name, Ratio(old.Fps, after.Fps), Ratio(old.NetworkMs, after.NetworkMs),
                Ratio(EndToEnd(old)?.P50, EndToEnd(after)?.P50), Ratio(EndToEnd(old)?.P99, EndToEnd(after)?.P99),
                Ratio(old.CpuMs, after.CpuMs), Ratio(old.RssMb, after.RssMb), Ratio(old.FirstFrameMs, after.FirstFrameMs),
            ]);
        }

        var text = new StringBuilder("ratios of the second report to the first; ~ where the spreads overlap\n");
        if (first.Machine != second.Machine)
        {
            text.Append("the machines differ: ").Append(first.Machine).Append(" and ").Append(second.Machine).Append('\n');
        }

        if (first.Setup != second.Setup)
        {
            text.Append("the set-ups differ: ").Append(first.Setup).Append(" and ").Append(second.Setup).Append('\n');
        }

        text.Append(rows.Count == 0 ? "no contestant is in both reports\n" : BenchText.Aligned(Head, rows));
        Only(text, "only in the first", first, second);
        Only(text, "only in the second", second, first);
        return text.ToString();
    }

    private static StagePercentiles? EndToEnd(BenchResult result) => result.Stages.GetValueOrDefault("end_to_end");

    private static string Ratio(Spread? old, Spread? now)
    {
        if (old is null || now is null)
        {
            return "";
        }

        var overlap = now.Min <= old.Max && old.Min <= now.Max;
        return Ratio(old.Median, now.Median) + (overlap ? "~" : "");
    }

    private static string Ratio(double? old, double? now) =>
        old is > 0 && now is { } value ? (value / old.Value).ToString("F2", CultureInfo.InvariantCulture) : "";

    private static void Only(StringBuilder text, string what, BenchReport here, BenchReport there)
    {
        var names = here.Results.Select(r => r.Name).Except(there.Results.Select(r => r.Name)).ToArray();
        if (names.Length > 0)
        {
            text.Append(what).Append(": ").AppendJoin(", ", names).Append('\n');
        }
    }
}
