using System.IO.Compression;
using OpenSegR.Realtime.Text.Tokenization;

namespace OpenSegR.Realtime.Tests.Text;

/// <summary>CLIP's merge table for tests, from the reference data or from the build.</summary>
internal static class Merges
{
    private static readonly Lazy<ClipTokenizer> Shared = new(() => ClipTokenizer.Open(Path()));

    /// <summary>One tokenizer for all tests; skips the running test where no table is at hand.</summary>
    public static ClipTokenizer Tokenizer => Shared.Value;

    /// <summary>The header and the merges of CLIP's vocabulary, one a line.</summary>
    public static string[] Lines()
    {
        using var file = File.OpenRead(Path());
        using Stream content = Path().EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(content);
        return reader.ReadToEnd().Split('\n')[..(ClipTokenizer.ClipVocabularySize - 514 + 1)];
    }

    public static string Path()
    {
        var built = System.IO.Path.Combine(Golden.RepositoryRoot, "artifacts", "data", "clip-merges.txt");
        return File.Exists(built) ? built : Golden.Shared("clip", "bpe_simple_vocab_16e6.txt.gz");
    }
}
