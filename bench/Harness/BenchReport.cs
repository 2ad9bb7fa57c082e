using System.Text.Json;

namespace OpenSegR.Realtime.Bench;

/// <summary>A whole run of the benchmark: what, where, how, and the numbers.</summary>
public sealed record BenchReport
{
    /// <summary>Version of this file's layout.</summary>
    public int Format { get; init; } = 1;

    /// <summary>When it was measured.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Where.</summary>
    public required MachineInfo Machine { get; init; }

    /// <summary>How.</summary>
    public required BenchSetup Setup { get; init; }

    /// <summary>The contestants, group by group, peers after ours.</summary>
    public required IReadOnlyList<BenchResult> Results { get; init; }

    /// <summary>What could not be measured and why, a line each.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>The report as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Default.BenchReport);

    /// <summary>Reads a report.</summary>
    /// <exception cref="InputException">The file cannot be read or is no such report.</exception>
    public static BenchReport Read(string path)
    {
        try
        {
            var report = JsonSerializer.Deserialize(File.ReadAllBytes(path), ReportJson.Default.BenchReport);
            return report is { Format: 1, Results: not null, Machine: not null } ? report : throw new InputException($"'{path}' is no benchmark report of this version");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new InputException($"'{path}' is no benchmark report (segr bench --out writes one, bench.json): {e.Message.Split('\n')[0]}", e);
        }
    }
}
