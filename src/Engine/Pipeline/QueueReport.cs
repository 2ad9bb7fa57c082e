namespace OpenSegR.Realtime.Pipeline;

/// <summary>The state of one queue.</summary>
/// <param name="Name">The stage that it feeds, e.g. "inference".</param>
/// <param name="Capacity">Items that may wait.</param>
/// <param name="Depth">Items waiting when the report was made.</param>
/// <param name="MaxDepth">Most items that were seen waiting.</param>
public sealed record QueueReport(string Name, int Capacity, int Depth, int MaxDepth);
