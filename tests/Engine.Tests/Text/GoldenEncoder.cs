using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Text;

/// <summary>A text tower that knows the recorded features of recorded token rows and nothing else.</summary>
internal sealed class GoldenEncoder : ITextEncoder
{
    private readonly Dictionary<string, float[]> _features = new(StringComparer.Ordinal);

    public GoldenEncoder(int[] tokenIds, float[] features, int dimension)
    {
        Dimension = dimension;
        for (var row = 0; row < tokenIds.Length / ContextLength; row++)
        {
            _features[Key(tokenIds.AsSpan(row * ContextLength, ContextLength))] = features[(row * dimension)..((row + 1) * dimension)];
        }
    }

    public int Dimension { get; }

    public int ContextLength => 77;

    public string Fingerprint => "golden";

    public int Rows { get; private set; }

    public static GoldenEncoder FromCase(SafetensorsFile file) => new(
        Array.ConvertAll(file.Read<long>("token_ids"), id => (int)id), file.ReadFloats("text_features"), file["text_features"].Shape[1]);

    public void Encode(ReadOnlySpan<int> tokenIds, Span<float> features, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        for (var row = 0; row < tokenIds.Length / ContextLength; row++)
        {
            _features[Key(tokenIds.Slice(row * ContextLength, ContextLength))].CopyTo(features[(row * Dimension)..]);
            Rows++;
        }
    }

    public void Dispose()
    {
    }

    private static string Key(ReadOnlySpan<int> row) => string.Join(' ', row.ToArray());
}
