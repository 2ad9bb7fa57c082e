using Microsoft.ML.Tokenizers;

namespace OpenSegR.Realtime.Text.Tokenization;

/// <summary>
/// CLIP's tokenizer: text in, token ids of a fixed length out. Thread-safe.
/// </summary>
/// <remarks>
/// Cleaning (<see cref="ClipNormalizer"/>), splitting (<see cref="ClipPreTokenizer"/>), byte-pair encoding, then
/// start of text, ids, end of text, zeros. A text that is too long is cut and its last id is end of text
/// (open_clip, tokenizer.py; equal ids for equal text).
/// </remarks>
public sealed class ClipTokenizer
{
    /// <summary>Tokens of CLIP's vocabulary.</summary>
    public const int ClipVocabularySize = 49408;

    // 77 tokens need far less; the bound keeps hostile text, repaired layer by layer, from taking more than a moment.
    private const int LongestText = 16_384;

    private readonly ClipMerges _merges;
    private readonly Lazy<BpeTokenizer> _encoder;

    private ClipTokenizer(ClipMerges merges, int vocabularySize)
    {
        _merges = merges;
        VocabularySize = vocabularySize;
        _encoder = new Lazy<BpeTokenizer>(CreateEncoder);
    }

    /// <summary>Number of ids.</summary>
    public int VocabularySize { get; }

    /// <summary>The id that begins every text, 49406 for CLIP.</summary>
    public int StartOfText => VocabularySize - 2;

    /// <summary>The id that ends every text and the largest one, 49407 for CLIP.</summary>
    public int EndOfText => VocabularySize - 1;

    /// <summary>Identifies the vocabulary: equal fingerprints give equal ids. Part of the embedding cache's key.</summary>
    public string Fingerprint => _merges.Fingerprint;

    /// <summary>Opens a tokenizer; its tables are built when the first text is encoded.</summary>
    /// <param name="path">
    /// A merge table as text, the original bpe_simple_vocab_16e6.txt.gz, or a Hugging Face tokenizer.json;
    /// null for the one that comes with the program.
    /// </param>
    /// <param name="vocabularySize">Ids that the text tower knows.</param>
    /// <exception cref="InputException">The file is missing, damaged or no such table.</exception>
    /// <exception cref="SegrException">The program comes without its own.</exception>
    public static ClipTokenizer Open(string? path = null, int vocabularySize = ClipVocabularySize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, ClipMerges.OtherTokens);
        return new ClipTokenizer(ClipMerges.Read(path ?? AppPaths.ClipMerges, vocabularySize), vocabularySize);
    }

    /// <summary>The text as the tokenizer sees it: repaired, references read, single blanks, lower case.</summary>
    public static string Clean(string text) => new ClipNormalizer().Normalize(text);

    /// <summary>Encodes one text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="row">[context length] ids, filled by the call: start, the text's ids, end, zeros.</param>
    /// <exception cref="InputException">The text has more than 16,384 characters, or the merge table is inconsistent.</exception>
    public void Encode(string text, Span<int> row)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(row.Length, 3, nameof(row));
        if (text.Length > LongestText)
        {
            throw new InputException($"a text of {text.Length} characters cannot be embedded, the limit is {LongestText}");
        }

        var ids = _encoder.Value.EncodeToIds(text, row.Length - 2, out _, out _);
        row[0] = StartOfText;
        for (var i = 0; i < ids.Count; i++)
        {
            row[i + 1] = ids[i];
        }

        row[ids.Count + 1] = EndOfText;
        row[(ids.Count + 2)..].Clear();
    }

    /// <summary>Encodes several texts.</summary>
    /// <param name="texts">N texts.</param>
    /// <param name="contextLength">Tokens in one row, 77 for CLIP.</param>
    /// <returns>[N, contextLength] ids.</returns>
    /// <exception cref="InputException">As for one text.</exception>
    public int[] Encode(IReadOnlyList<string> texts, int contextLength)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var ids = new int[checked(texts.Count * contextLength)];
        for (var i = 0; i < texts.Count; i++)
        {
            Encode(texts[i], ids.AsSpan(i * contextLength, contextLength));
        }

        return ids;
    }

    private BpeTokenizer CreateEncoder()
    {
        // An array, because its length is known: the tokenizer's own table is then made in one go.
        var vocabulary = new KeyValuePair<string, int>[VocabularySize - 2];
        var id = 0;
        foreach (var token in ByteSymbols().Concat(ByteSymbols().Select(symbol => symbol + ClipMerges.EndOfWord)))
        {
            vocabulary[id] = new KeyValuePair<string, int>(token, id);
            id++;
        }

        _merges.WriteTokens(vocabulary.AsSpan(id), id);
        try
        {
            return BpeTokenizer.Create(new BpeOptions(vocabulary)
            {
                Merges = _merges.Pairs(),
                ByteLevel = true,
                EndOfWordSuffix = ClipMerges.EndOfWord,
                Normalizer = new ClipNormalizer(),
                PreTokenizer = new ClipPreTokenizer(),
                SpecialTokens = new Dictionary<string, int>
                {
                    [ClipPreTokenizer.StartOfText] = StartOfText,
                    [ClipPreTokenizer.EndOfText] = EndOfText,
                },
            });
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw new InputException($"the tokenizer's merge table is inconsistent: {e.Message}", e);
        }
    }

    /// <summary>The stand-ins of the 256 bytes in the order of their ids: printable Latin-1 first, then the others from U+0100.</summary>
    private static IEnumerable<string> ByteSymbols()
    {
        static bool IsPrintable(int value) => value is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174 and <= 255);
        var others = Enumerable.Range(0, 256).Count(value => !IsPrintable(value));
        return Enumerable.Range(0, 256).Where(IsPrintable).Concat(Enumerable.Range(0x100, others)).Select(value => ((char)value).ToString());
    }
}
