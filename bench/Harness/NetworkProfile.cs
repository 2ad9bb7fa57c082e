using System.Globalization;
using System.Text.RegularExpressions;

namespace OpenSegR.Realtime.Bench;

/// <summary>Where the time of one network goes.</summary>
/// <param name="Title">The network and how it was run.</param>
/// <param name="Runs">Runs that were counted.</param>
/// <param name="RunMs">Milliseconds of a run, median.</param>
/// <param name="PeakGflops">The machine's rate of float32 products, in 10^9 operations a second, measured in the same process.</param>
/// <param name="Parts">Time by part of the network, in the order in which they run.</param>
/// <param name="Operators">Time by operator, longest first.</param>
public sealed partial record NetworkProfile(
    string Title, int Runs, double RunMs, double PeakGflops, IReadOnlyList<ProfileRow> Parts, IReadOnlyList<ProfileRow> Operators)
{
    private static readonly string[] Columns = ["nodes", "ms", "share %", "GFLOP", "GFLOP/s", "% of peak"];

    /// <summary>Folds a trace.</summary>
    /// <param name="title">The network and how it was run.</param>
    /// <param name="trace">The runs.</param>
    /// <param name="warmUp">Runs at the beginning that are left out; at least one must remain.</param>
    /// <param name="peakGflops">See <see cref="PeakGflops"/>.</param>
    /// <exception cref="InputException">No run remains.</exception>
    public static NetworkProfile Of(string title, NetworkTrace trace, int warmUp, double peakGflops)
    {
        ArgumentNullException.ThrowIfNull(trace);
        if (trace.RunMs.Count <= warmUp)
        {
            throw new InputException($"the profile has {trace.RunMs.Count} runs, {warmUp} of them warm-up: nothing to count");
        }

        // Names are unique in a graph, so the same name is the same operator in another run.
        var nodes = trace.Nodes.Where(node => node.Run >= warmUp).GroupBy(node => node.Name).Select(runs =>
        {
            var node = runs.First();
            return (node.Name, node.Operator, Ms: Spread.MedianOf([.. runs.Select(run => run.Milliseconds).Order()]), Flops: OperatorWork.Flops(node.Operator, node.Inputs, node.Outputs));
        }).ToList();
        List<ProfileRow> Fold(Func<(string Name, string Operator, double Ms, double Flops), string> key) =>
            [.. nodes.GroupBy(key).Select(group => new ProfileRow(group.Key, group.Count(), group.Sum(node => node.Ms), group.Sum(node => node.Flops) / 1e9))];
        return new NetworkProfile(
            title, trace.RunMs.Count - warmUp, Spread.MedianOf([.. trace.RunMs.Skip(warmUp).Order()]), peakGflops,
            Fold(node => PartOf(node.Name)), [.. Fold(node => node.Operator).OrderByDescending(row => row.Milliseconds)]);
    }

    /// <summary>
    /// The part of a network that a node belongs to: its first two scopes, layers of a kind counted as one. What ONNX Runtime added itself
    /// has no scope.
    /// </summary>
    public static string PartOf(string node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var scopes = node.Split('/')[..^1].Where(scope => !Layer().IsMatch(scope)).Take(2).ToArray();
        return scopes.Length == 0 ? "outside" : string.Join('/', scopes);
    }

    /// <summary>For a terminal, or as Markdown.</summary>
    public string ToText(bool markdown)
    {
        Func<IReadOnlyList<string>, IReadOnlyList<string[]>, string> layout = markdown ? BenchText.Markdown : BenchText.Aligned;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Title}\nfloat32 products at their best (2048 x 2048 x 2048): {PeakGflops:F0} GFLOP/s; medians of {Runs} runs, {RunMs:F1} ms each\n\n")
            + layout(["part", .. Columns], [.. Parts.Append(Between()).Append(Total()).Select(Cells)]) + "\n"
            + layout(["operator", .. Columns], [.. Operators.Select(Cells)]);
    }

    // What is not inside an operator: allocation, scheduling, and the profiler, which writes a line of text for each operator.
    private ProfileRow Between() => new("between operators", 0, Math.Max(0, RunMs - Parts.Sum(part => part.Milliseconds)), 0);

    private ProfileRow Total() => new("all", Parts.Sum(part => part.Nodes), RunMs, Parts.Sum(part => part.Gflop));

    private string[] Cells(ProfileRow row)
    {
        var rate = row.Gflop > 0 ? row.Gflop / (row.Milliseconds / 1e3) : 0;
        return
        [
            row.Name,
            row.Nodes == 0 ? "" : row.Nodes.ToString(CultureInfo.InvariantCulture),
            ReportRows.Number(row.Milliseconds, row.Milliseconds < 100 ? 2 : 0),
            ReportRows.Number(100 * row.Milliseconds / RunMs, 1),
            row.Gflop >= 0.001 ? ReportRows.Number(row.Gflop, row.Gflop < 10 ? 2 : 1) : "",
            row.Gflop >= 0.001 ? ReportRows.Number(rate, 0) : "",
            row.Gflop >= 0.001 ? ReportRows.Number(100 * rate / PeakGflops, 0) : "",
        ];
    }

    [GeneratedRegex(@"^(layer|input)\d+$")]
    private static partial Regex Layer();
}
