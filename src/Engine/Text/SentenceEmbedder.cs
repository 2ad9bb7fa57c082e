using System.Text.Json;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Text.Tokenization;

namespace OpenSegR.Realtime.Text;

/// <summary>Embeds raw sentences, without templates or averaging, so that the way from text to feature can be inspected.</summary>
/// <param name="encoder">The text tower; it stays the caller's.</param>
/// <param name="tokenizer">The tokenizer that the tower was trained with.</param>
public sealed class SentenceEmbedder(ITextEncoder encoder, ClipTokenizer tokenizer)
{
    private const string What = "the file of sentences";
    private const int MaxFileBytes = 64 << 20;
    private const int MaxSentences = 1_000_000;

    /// <summary>
    /// Reads sentences: one a line, empty lines included; from a file called .json a list of strings; from a file called .jsonl one string,
    /// or one object with a member "text", a line.
    /// </summary>
    /// <exception cref="InputException">The file cannot be read, is malformed or empty, or has more than a million sentences.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        var text = UserFile.ReadText(path, What, MaxFileBytes);
        List<string> sentences;
        try
        {
            sentences = Path.GetExtension(path).ToUpperInvariant() switch
            {
                ".JSON" => Strings(text),
                ".JSONL" => [.. Lines(text).Where(line => !string.IsNullOrWhiteSpace(line)).Select((line, i) => OneString(line, i + 1, path))],
                _ => Lines(text),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InputException($"{What} '{path}' is not valid JSON: {JsonErrors.Describe(e)}", e);
        }

        return sentences.Count switch
        {
            0 => throw new InputException($"{What} '{path}' is empty: it needs one sentence a line"),
            > MaxSentences => throw new InputException($"{What} '{path}' has {sentences.Count} sentences, the limit is {MaxSentences}"),
            _ => sentences,
        };
    }

    /// <summary>Embeds sentences; writes <c>token_ids</c> [N, context] int64 and <c>text_features</c> [N, C] float32, not normalised.</summary>
    /// <param name="sentences">N sentences.</param>
    /// <param name="path">The safetensors file; it appears when it is complete.</param>
    /// <param name="progress">Told from time to time; may be null.</param>
    /// <param name="cancellationToken">Ends the work between batches; no file is written then.</param>
    /// <exception cref="InputException">A sentence is too long, or the file cannot be written.</exception>
    public void Dump(
        IReadOnlyList<string> sentences,
        string path,
        IProgress<EmbeddingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var (ids, features) = Embed(sentences, progress, cancellationToken);
        SafetensorsWriter.Save(path,
        [
            NamedTensor.From("token_ids", Array.ConvertAll(ids, id => (long)id), sentences.Count, encoder.ContextLength),
            NamedTensor.From("text_features", features, sentences.Count, encoder.Dimension),
        ]);
    }

    /// <summary>Embeds sentences.</summary>
    /// <param name="sentences">N sentences.</param>
    /// <param name="progress">Told from time to time; may be null.</param>
    /// <param name="cancellationToken">Ends the work between batches.</param>
    /// <returns>Token ids [N, context] and features [N, C], not normalised.</returns>
    /// <exception cref="InputException">A sentence is too long.</exception>
    public (int[] TokenIds, float[] Features) Embed(
        IReadOnlyList<string> sentences, IProgress<EmbeddingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        var ids = tokenizer.Encode(sentences, encoder.ContextLength);
        var features = new float[checked(sentences.Count * encoder.Dimension)];
        encoder.Encode(ids, features, progress is null ? null : new RowProgress(progress, sentences.Count), cancellationToken);
        return (ids, features);
    }

    private static List<string> Lines(string text)
    {
        // Only line feeds separate: every other kind of line break may be part of a sentence, and CLIP reads it as a blank anyway.
        var lines = text.Split('\n').ToList();
        if (lines[^1].Length == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        return lines;
    }

    private static List<string> Strings(string text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 4 });
        return [.. document.RootElement.EnumerateArray().Select(Text)];
    }

    private static string OneString(string line, int number, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 16 });
            var root = document.RootElement;
            return Text(root.ValueKind == JsonValueKind.Object && root.TryGetProperty("text", out var text) ? text : root);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InputException($"{What} '{path}', sentence {number}: neither a JSON string nor an object with \"text\"", e);
        }
    }

    private static string Text(JsonElement element) => element.GetString() ?? throw new InvalidOperationException("a sentence is null");

    /// <summary>Turns finished rows into sentences of the whole.</summary>
    private sealed class RowProgress(IProgress<EmbeddingProgress> progress, int total) : IProgress<int>
    {
        public void Report(int value) => progress.Report(new EmbeddingProgress(value, total));
    }
}
