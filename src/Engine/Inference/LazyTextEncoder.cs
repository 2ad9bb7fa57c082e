using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Inference;

/// <summary>
/// A text tower that is loaded when it is first asked to encode: words that are in the embedding cache need none, and loading it takes
/// longer than reading them.
/// </summary>
internal sealed class LazyTextEncoder(SegmentationNetwork network) : ITextEncoder
{
    private readonly Lock _gate = new();
    private OnnxTextEncoder? _encoder;

    public int Dimension => network.EmbedDim;

    public int ContextLength => network.TextContext;

    public string Fingerprint => network.TextFingerprint;

    public void Encode(ReadOnlySpan<int> tokenIds, Span<float> features, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        while (true)
        {
            var encoder = Get();
            try
            {
                encoder.Encode(tokenIds, features, progress, cancellationToken);
                return;
            }
            catch (SegrException error) when (network.FallBack(encoder.Factory, error.Message))
            {
                Leave(encoder);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _encoder?.Dispose();
            _encoder = null;
        }
    }

    private OnnxTextEncoder Get()
    {
        lock (_gate)
        {
            return _encoder ??= network.CreateTextEncoder();
        }
    }

    // Not disposed: another thread may still be at it, and fail as well.
    private void Leave(OnnxTextEncoder failed)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_encoder, failed))
            {
                _encoder = null;
            }
        }
    }
}
