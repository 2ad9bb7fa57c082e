using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Import;

namespace OpenSegR.Realtime.Inference;

/// <summary>
/// Generated graphs, kept beside the weights that they point into. A file is named "WHAT.KEY.CONTENT.onnx": what it is, a hash of everything
/// that it was generated from (engine, weights, options), and a hash of its bytes. So a file that was damaged, or belongs to another engine
/// or model, is never used; and one is written under a temporary name and renamed, so several processes may do it at once. Where the folder
/// cannot be written, graphs are generated anew each time, which takes a fraction of a second.
/// </summary>
/// <remarks>
/// The <see cref="Kept"/> graphs used last stay, whoever made them; others go when one is added. A graph is read as a whole before a
/// session is made of it, so one that is deleted is never missed by who runs it.
/// </remarks>
/// <param name="folder">The model folder.</param>
/// <param name="weightsHash">Hash of its weights.</param>
internal sealed partial class GraphCache(string folder, string weightsHash)
{
    /// <summary>Graphs that stay, of all sizes and engines together; a few hundred kilobytes each.</summary>
    public const int Kept = 24;

    private const int HashLength = 16;

    // Longer than any graph takes to write: what is older was left by a process that died.
    private static readonly TimeSpan TemporaryLifetime = TimeSpan.FromHours(1);

    /// <summary>Returns the graph for these options, generating it where there is none.</summary>
    /// <param name="what">Short description for the file name: letters, digits and dashes.</param>
    /// <param name="options">All that the graph depends on besides engine and weights, as text.</param>
    /// <param name="generate">Generates it.</param>
    public byte[] GetOrAdd(string what, string options, Func<byte[]> generate)
    {
        // The module's version id changes with the code that generates graphs.
        var engine = typeof(GraphBuilder).Module.ModuleVersionId;
        var key = Hash(Encoding.UTF8.GetBytes($"{engine}\n{weightsHash}\n{what}\n{options}"));
        if (Find($"{what}.{key}") is { } known)
        {
            return known;
        }

        var graph = generate();
        Add($"{what}.{key}.{Hash(graph)}.onnx", graph);
        return graph;
    }

    private byte[]? Find(string start)
    {
        try
        {
            foreach (var path in Directory.EnumerateFiles(folder, start + ".*.onnx"))
            {
                var bytes = File.ReadAllBytes(path);
                if (Path.GetFileName(path) == $"{start}.{Hash(bytes)}.onnx")
                {
                    MarkUsed(path);
                    return bytes;
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // As good as absent.
        }

        return null;
    }

    private void Add(string name, byte[] graph)
    {
        try
        {
            using var file = new TemporaryFile(Path.Combine(folder, name));
            file.Write(graph);
            file.Commit(durable: false);
            Trim();
        }
        catch (InputException)
        {
            // A model folder may be read-only.
        }
    }

    // Several processes may do this at once: each deletes only what is old by the dates that all see, and what is gone already is no error.
    private void Trim()
    {
        try
        {
            var graphs = new List<FileInfo>();
            foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
            {
                if (GraphName().IsMatch(file.Name))
                {
                    graphs.Add(file);
                }
                else if (TemporaryName().IsMatch(file.Name) && DateTime.UtcNow - file.LastWriteTimeUtc > TemporaryLifetime)
                {
                    file.Delete();
                }
            }

            // A date in the future (a clock was wrong) must not keep a graph for ever, so it counts as old.
            var now = DateTime.UtcNow.AddDays(1);
            foreach (var file in graphs.OrderByDescending(file => file.LastWriteTimeUtc > now ? DateTime.MinValue : file.LastWriteTimeUtc).Skip(Kept))
            {
                file.Delete();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Another time.
        }
    }

    private static void MarkUsed(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A folder that is only read keeps the dates that it has, and nothing is trimmed there either.
        }
    }

    // Only files that this class wrote: a model folder may hold other graphs, which are the user's.
    [GeneratedRegex(@"^[a-z0-9-]+\.[0-9a-f]{16}\.[0-9a-f]{16}\.onnx$")]
    private static partial Regex GraphName();

    [GeneratedRegex(@"^[a-z0-9-]+\.[0-9a-f]{16}\.[0-9a-f]{16}\.onnx\.[0-9a-f]{32}\.tmp$")]
    private static partial Regex TemporaryName();

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..HashLength];
}
