using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Text;

/// <summary>A text tower whose features are a fixed function of the token ids; it counts what it is asked.</summary>
internal sealed class FakeEncoder(int dimension = 16, string fingerprint = "fake") : ITextEncoder
{
    private int _rows;

    public int Dimension => dimension;

    public int ContextLength => 77;

    public string Fingerprint => fingerprint;

    /// <summary>Sentences encoded so far.</summary>
    public int Rows => _rows;

    /// <summary>Called before every batch.</summary>
    public Action? Before { get; set; }

    public void Encode(ReadOnlySpan<int> tokenIds, Span<float> features, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        Before?.Invoke();
        cancellationToken.ThrowIfCancellationRequested();
        var rows = tokenIds.Length / ContextLength;
        for (var row = 0; row < rows; row++)
        {
            uint state = 2166136261;
            foreach (var id in tokenIds.Slice(row * ContextLength, ContextLength))
            {
                state = (state ^ (uint)id) * 16777619;
            }

            for (var i = 0; i < dimension; i++)
            {
                state = (state * 1664525) + 1013904223;
                features[(row * dimension) + i] = ((state >> 8) / (float)(1 << 23)) - 1;
            }
        }

        Interlocked.Add(ref _rows, rows);
        progress?.Report(rows);
    }

    public void Dispose()
    {
    }
}
