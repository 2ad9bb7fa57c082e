using System.Security.Cryptography;
using System.Text;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Import;

namespace OpenSegR.Realtime.Inference;

/// <summary>
/// Generated graphs, kept beside the weights that they point into. A file is named "WHAT.KEY.CONTENT.onnx": what it is, a hash of everything
/// that it was generated from (engine, weights, options), and a hash of its bytes. So a file that was damaged, or belongs to another engine
/// or model, is never used; and one is written under a temporary name and renamed, so several processes may do it at once. Where the folder
/// cannot be written, graphs are generated anew each time, which takes a fraction of a second.
/// </summary>
/// <param name="folder">The model folder.</param>
/// <param name="weightsHash">Hash of its weights.</param>
internal sealed class GraphCache(string folder, string weightsHash)
{
    private const int HashLength = 16;

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
        }
        catch (InputException)
        {
            // A model folder may be read-only.
        }
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..HashLength];
}
