using System.Text.Json;

namespace OpenSegR.Realtime.Bench;

/// <summary>
/// The profile that ONNX Runtime writes of a session (Chrome's tracing format, times in microseconds): when each run of the network began and
/// how long it took, and the operators in it.
/// </summary>
/// <param name="RunMs">Milliseconds of each run, operators and all between them.</param>
/// <param name="Nodes">The operators of all runs.</param>
public sealed record NetworkTrace(IReadOnlyList<double> RunMs, IReadOnlyList<NodeRun> Nodes)
{
    private const string KernelSuffix = "_kernel_time";

    /// <summary>Reads a profile.</summary>
    /// <exception cref="InputException">It is no such profile.</exception>
    public static NetworkTrace Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var json = JsonDocument.Parse(file);
            return Read(json.RootElement);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InputException($"'{path}' is no profile of ONNX Runtime: {e.Message}", e);
        }
    }

    private static NetworkTrace Read(JsonElement root)
    {
        List<(long Start, long Length)> runs = [];
        List<(long Start, JsonElement Event)> kernels = [];
        foreach (var entry in root.EnumerateArray())
        {
            var (category, name) = (Text(entry, "cat"), Text(entry, "name"));
            if (category == "Session" && name == "model_run")
            {
                runs.Add((entry.GetProperty("ts").GetInt64(), entry.GetProperty("dur").GetInt64()));
            }
            else if (category == "Node" && name.EndsWith(KernelSuffix, StringComparison.Ordinal))
            {
                kernels.Add((entry.GetProperty("ts").GetInt64(), entry));
            }
        }

        runs.Sort();
        List<NodeRun> nodes = [];
        foreach (var (start, entry) in kernels)
        {
            // The run that began last before it.
            var run = runs.FindLastIndex(r => r.Start <= start);
            if (run >= 0)
            {
                var details = entry.GetProperty("args");
                nodes.Add(new NodeRun(
                    run, Text(entry, "name")[..^KernelSuffix.Length], Text(details, "op_name"), entry.GetProperty("dur").GetInt64() / 1e3,
                    Shapes(details, "input_type_shape"), Shapes(details, "output_type_shape")));
            }
        }

        return new NetworkTrace([.. runs.Select(run => run.Length / 1e3)], nodes);
    }

    // [{"float":[1,3,640,640]},{"int64":[2]}]
    private static long[][] Shapes(JsonElement details, string key) => details.TryGetProperty(key, out var list)
        ? [.. list.EnumerateArray().Select(tensor => tensor.EnumerateObject().First().Value.EnumerateArray().Select(side => side.GetInt64()).ToArray())]
        : [];

    private static string Text(JsonElement element, string key) => element.TryGetProperty(key, out var value) ? value.GetString() ?? "" : "";
}
