using System.Buffers;
using Microsoft.ML.OnnxRuntime;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Inference;

/// <summary>
/// CLIP's text tower on ONNX Runtime. Sentences are run in batches of similar length, and only as far as the longest one of a batch goes:
/// attention is causal, so nothing behind the end-of-text token can change a feature. May be called from several threads at once.
/// </summary>
public sealed class OnnxTextEncoder : ITextEncoder
{
    // Enough rows for full-speed matrix products, few enough to stay in the caches.
    private const int TokensPerBatch = 2048;

    private static readonly string[] Inputs = [TextTowerGraph.TokenIds];
    private static readonly string[] Outputs = [TextTowerGraph.TextFeatures];

    private readonly InferenceSession _session;
    private readonly int _vocabularySize;

    internal OnnxTextEncoder(InferenceSession session, int dimension, int contextLength, int vocabularySize, string fingerprint, SessionFactory factory)
    {
        Factory = factory;
        _session = session;
        _vocabularySize = vocabularySize;
        Dimension = dimension;
        ContextLength = contextLength;
        Fingerprint = fingerprint;
    }

    /// <summary>What made the session, and so what runs it.</summary>
    internal SessionFactory Factory { get; }

    /// <inheritdoc/>
    public int Dimension { get; }

    /// <inheritdoc/>
    public int ContextLength { get; }

    /// <inheritdoc/>
    public string Fingerprint { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The lengths do not fit, or an id is outside the token vocabulary.</exception>
    /// <exception cref="SegrException">ONNX Runtime failed.</exception>
    public void Encode(ReadOnlySpan<int> tokenIds, Span<float> features, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        var rows = tokenIds.Length / ContextLength;
        if (tokenIds.Length != rows * ContextLength || features.Length != rows * Dimension)
        {
            throw new ArgumentException(
                $"{tokenIds.Length} ids are no rows of {ContextLength}, or do not fit {features.Length} values of {Dimension} a row", nameof(tokenIds));
        }

        if (tokenIds.ContainsAnyExceptInRange(0, _vocabularySize - 1))
        {
            throw new ArgumentException($"a token id is outside 0..{_vocabularySize - 1}", nameof(tokenIds));
        }

        var lengths = new int[rows];
        var order = new int[rows];
        for (var row = 0; row < rows; row++)
        {
            lengths[row] = Length(tokenIds.Slice(row * ContextLength, ContextLength));
            order[row] = row;
        }

        Array.Sort((int[])lengths.Clone(), order);
        for (var first = 0; first < rows;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var batch = NextBatch(order.AsSpan(first), lengths);
            EncodeBatch(tokenIds, batch, lengths[batch[^1]], features);
            first += batch.Length;
            progress?.Report(first);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    // Tokens up to and including end-of-text, which has the largest id; the reference reads the first such place.
    private static int Length(ReadOnlySpan<int> row)
    {
        var end = 0;
        for (var i = 1; i < row.Length; i++)
        {
            end = row[i] > row[end] ? i : end;
        }

        return end + 1;
    }

    // As many of the shortest rows left as the batch can hold once all are as long as its longest.
    private static ReadOnlySpan<int> NextBatch(ReadOnlySpan<int> order, int[] lengths)
    {
        var count = 1;
        while (count < order.Length && (count + 1) * lengths[order[count]] <= TokensPerBatch)
        {
            count++;
        }

        return order[..count];
    }

    private void EncodeBatch(ReadOnlySpan<int> tokenIds, ReadOnlySpan<int> batch, int length, Span<float> features)
    {
        var ids = ArrayPool<int>.Shared.Rent(batch.Length * length);
        try
        {
            for (var i = 0; i < batch.Length; i++)
            {
                tokenIds.Slice(batch[i] * ContextLength, length).CopyTo(ids.AsSpan(i * length));
            }

            using var input = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, ids.AsMemory(0, batch.Length * length), [batch.Length, length]);
            using var options = new RunOptions();
            using var use = Factory.UseGpu();
            using var outputs = _session.Run(options, Inputs, [input], Outputs);
            var computed = outputs[0].GetTensorDataAsSpan<float>();
            for (var i = 0; i < batch.Length; i++)
            {
                computed.Slice(i * Dimension, Dimension).CopyTo(features[(batch[i] * Dimension)..]);
            }
        }
        catch (OnnxRuntimeException error)
        {
            throw new SegrException($"the text tower failed: {CustomOperatorLibrary.FirstLine(error.Message)}", error);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(ids);
        }
    }
}
