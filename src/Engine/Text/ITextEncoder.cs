namespace OpenSegR.Realtime.Text;

/// <summary>A model's text tower.</summary>
public interface ITextEncoder : IDisposable
{
    /// <summary>C, length of one feature.</summary>
    int Dimension { get; }

    /// <summary>Tokens in one row, 77 for CLIP.</summary>
    int ContextLength { get; }

    /// <summary>Identifies the weights: equal fingerprints give equal features. Part of the embedding cache's key.</summary>
    string Fingerprint { get; }

    /// <summary>
    /// Computes text features, not normalised.
    /// </summary>
    /// <param name="tokenIds">[N, ContextLength] ids, padded with 0.</param>
    /// <param name="features">[N, Dimension], filled by the call.</param>
    /// <param name="progress">Told the number of finished rows from time to time; may be null.</param>
    /// <param name="cancellationToken">Ends the work between batches.</param>
    void Encode(ReadOnlySpan<int> tokenIds, Span<float> features, IProgress<int>? progress, CancellationToken cancellationToken);
}
