using OpenSegR.Realtime.Models;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Inference;

/// <summary>
/// A text tower that is loaded when it is first asked to encode: words that are in the embedding cache need none, and loading it takes
/// longer than reading them.
/// </summary>
internal sealed class LazyTextEncoder(MaftPlusModel model, MaftPlusSizes sizes, string weightsHash) : ITextEncoder
{
    private readonly Lock _gate = new();
    private OnnxTextEncoder? _encoder;

    public int Dimension => sizes.EmbedDim;

    public int ContextLength => sizes.TextContext;

    public string Fingerprint { get; } = OnnxTextEncoder.FingerprintOf(weightsHash, sizes.TextHeads);

    public void Encode(ReadOnlySpan<int> tokenIds, Span<float> features, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        OnnxTextEncoder encoder;
        lock (_gate)
        {
            encoder = _encoder ??= model.CreateTextEncoder();
        }

        encoder.Encode(tokenIds, features, progress, cancellationToken);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _encoder?.Dispose();
            _encoder = null;
        }
    }
}
