namespace OpenSegR.Realtime.Text;

/// <summary>How far embedding a vocabulary is.</summary>
/// <param name="Done">Sentences that are embedded.</param>
/// <param name="Total">Sentences in all, without those that were cached.</param>
public readonly record struct EmbeddingProgress(int Done, int Total);
