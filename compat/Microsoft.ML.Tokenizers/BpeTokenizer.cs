using System.Collections.Concurrent;
using System.Text;

namespace Microsoft.ML.Tokenizers;

/// <summary>
/// Byte-pair encoding: a piece starts as single symbols, and the strongest pair of neighbours is joined until no pair may be.
/// </summary>
public sealed class BpeTokenizer : Tokenizer
{
    // The longest pieces are rare and would fill the cache with text that never comes back.
    private const int LongestCachedPiece = 32;
    private const int MostCachedPieces = 16384;

    private readonly TokenTable _vocabulary;
    private readonly Lazy<Dictionary<int, string>> _tokenOf;
    private readonly BpeMerges _merges;
    private readonly TokenTable _specials;
    private readonly ConcurrentDictionary<string, BpeSymbol[]> _pieces = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, BpeSymbol[]>.AlternateLookup<ReadOnlySpan<char>> _pieceOf;
    private readonly PreTokenizer _preTokenizer;
    private readonly Normalizer? _normalizer;

    private BpeTokenizer(BpeOptions options)
    {
        _vocabulary = new TokenTable(options.Vocabulary.TryGetNonEnumeratedCount(out var count) ? count : 0);
        foreach (var (token, id) in options.Vocabulary)
        {
            _vocabulary.Add(token, id);
        }

        if (_vocabulary.Count == 0)
        {
            throw new InvalidOperationException("The vocabulary cannot be empty.");
        }

        // Only the spelling of tokens needs the way back.
        _tokenOf = new Lazy<Dictionary<int, string>>(() => _vocabulary.Entries().ToDictionary(entry => entry.Id, entry => entry.Token));
        _merges = new BpeMerges(_vocabulary, options.Merges ?? []);
        _pieceOf = _pieces.GetAlternateLookup<ReadOnlySpan<char>>();
        _preTokenizer = options.PreTokenizer ?? PreTokenizer.CreateWordOrNonWord();
        _normalizer = options.Normalizer;
        SpecialTokens = options.SpecialTokens;
        _specials = new TokenTable(SpecialTokens?.Count ?? 0);
        foreach (var (token, id) in SpecialTokens ?? new Dictionary<string, int>())
        {
            _specials.Add(token, id);
        }

        EndOfWordSuffix = options.EndOfWordSuffix;
        ByteLevel = options.ByteLevel;
    }

    /// <summary>Pieces that are one token as they are.</summary>
    public IReadOnlyDictionary<string, int>? SpecialTokens { get; }

    /// <summary>Marks the last symbol of a piece, or null.</summary>
    public string? EndOfWordSuffix { get; }

    /// <summary>True where the symbols are printable stand-ins for the bytes of the text in UTF-8.</summary>
    public bool ByteLevel { get; }

    /// <inheritdoc/>
    public override PreTokenizer? PreTokenizer => _preTokenizer;

    /// <inheritdoc/>
    public override Normalizer? Normalizer => _normalizer;

    /// <summary>Creates a tokenizer.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The vocabulary is empty, or a merge is malformed or names an unknown token.</exception>
    public static BpeTokenizer Create(BpeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new BpeTokenizer(options);
    }

    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.MaxTokenCount, 1, nameof(settings));
        var normalized = Normalize(text, textSpan, settings);
        var source = normalized is null ? textSpan : normalized.AsSpan();
        var ids = new List<int>();
        var consumed = 0;
        foreach (var (offset, length) in Split(source, settings))
        {
            var piece = source.Slice(offset, length);
            if (_specials.Find(piece) is >= 0 and var specialId)
            {
                ids.Add(specialId);
                consumed = offset + length;
            }
            else
            {
                consumed = offset;
                foreach (var symbol in Encode(piece))
                {
                    if (ids.Count == settings.MaxTokenCount)
                    {
                        break;
                    }

                    ids.Add(symbol.Id);
                    consumed = offset + symbol.End;
                }
            }

            if (ids.Count == settings.MaxTokenCount)
            {
                break;
            }
        }

        return new EncodeResults<int> { Tokens = ids, NormalizedText = normalized, CharsConsumed = consumed };
    }

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var normalized = Normalize(text, textSpan, settings);
        var source = normalized is null ? textSpan : normalized.AsSpan();
        var tokens = new List<EncodedToken>();
        foreach (var (offset, length) in Split(source, settings))
        {
            var piece = source.Slice(offset, length);
            if (_specials.Find(piece) is >= 0 and var specialId)
            {
                tokens.Add(new EncodedToken(specialId, piece.ToString(), new Range(offset, offset + length)));
                continue;
            }

            foreach (var symbol in Encode(piece))
            {
                tokens.Add(new EncodedToken(symbol.Id, _tokenOf.Value[symbol.Id], new Range(offset + symbol.Start, offset + symbol.End)));
            }
        }

        return new EncodeResults<EncodedToken> { Tokens = tokens, NormalizedText = normalized, CharsConsumed = source.Length };
    }

    private string? Normalize(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings) =>
        settings.ConsiderNormalization && _normalizer is not null && textSpan.Length > 0
            ? text is null ? _normalizer.Normalize(textSpan) : _normalizer.Normalize(text)
            : null;

    private IEnumerable<(int Offset, int Length)> Split(ReadOnlySpan<char> source, EncodeSettings settings) =>
        source.IsEmpty ? [] : settings.ConsiderPreTokenization ? _preTokenizer.PreTokenize(source) : [(0, source.Length)];

    private BpeSymbol[] Encode(ReadOnlySpan<char> piece)
    {
        if (piece.Length > LongestCachedPiece)
        {
            return _merges.Apply(Symbols(piece));
        }

        if (!_pieceOf.TryGetValue(piece, out var symbols))
        {
            symbols = _merges.Apply(Symbols(piece));
            if (_pieces.Count < MostCachedPieces)
            {
                _pieces[piece.ToString()] = symbols;
            }
        }

        return symbols;
    }

    /// <summary>The single symbols of a piece that are in the vocabulary; the others have no token and are left out.</summary>
    private BpeSymbol[] Symbols(ReadOnlySpan<char> piece)
    {
        var symbols = new List<BpeSymbol>(piece.Length);
        Span<byte> bytes = stackalloc byte[4];
        for (var start = 0; start < piece.Length;)
        {
            // An unpaired surrogate decodes to U+FFFD, one character long.
            Rune.DecodeFromUtf16(piece[start..], out var rune, out var length);
            var end = start + length;
            if (ByteLevel)
            {
                var count = rune.EncodeToUtf8(bytes);
                for (var i = 0; i < count; i++)
                {
                    var standIn = ByteStandIns.Of(bytes[i]);
                    Add(symbols, new ReadOnlySpan<char>(in standIn), start, end, last: end == piece.Length && i == count - 1);
                }
            }
            else
            {
                Add(symbols, piece[start..end], start, end, last: end == piece.Length);
            }

            start = end;
        }

        return [.. symbols];
    }

    private void Add(List<BpeSymbol> symbols, ReadOnlySpan<char> symbol, int start, int end, bool last)
    {
        int id;
        if (last && EndOfWordSuffix is { } suffix)
        {
            var length = symbol.Length + suffix.Length;
            var marked = length <= 64 ? stackalloc char[length] : new char[length];
            symbol.CopyTo(marked);
            suffix.CopyTo(marked[symbol.Length..]);
            id = _vocabulary.Find(marked);
        }
        else
        {
            id = _vocabulary.Find(symbol);
        }

        if (id >= 0)
        {
            symbols.Add(new BpeSymbol(id, start, end));
        }
    }
}
