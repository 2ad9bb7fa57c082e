namespace OpenSegR.Realtime.Import;

/// <summary>A tensor of a checkpoint that inference does not need.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Reason">What it is.</param>
public sealed record SkippedTensor(string Name, string Reason);
