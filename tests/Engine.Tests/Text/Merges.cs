using OpenSegR.Realtime.Text.Tokenization;

namespace OpenSegR.Realtime.Tests.Text;

/// <summary>CLIP's merge table for tests, from the reference data or from the build.</summary>
internal static class Merges
{
    private static readonly Lazy<ClipTokenizer> Shared = new(() => ClipTokenizer.Open(Path()));

    /// <summary>One tokenizer for all tests; skips the running test where no table is at hand.</summary>
    public static ClipTokenizer Tokenizer => Shared.Value;

    public static string Path()
    {
        var built = System.IO.Path.Combine(Golden.RepositoryRoot, "artifacts", "data", "clip-merges.txt");
        return File.Exists(built) ? built : Golden.Shared("clip", "bpe_simple_vocab_16e6.txt.gz");
    }
}
