namespace OpenSegR.Realtime.Pipeline;

/// <summary>How much of the pictures one class took.</summary>
/// <param name="Name">The class.</param>
/// <param name="Share">Share of all pixels of all shown frames, 0 to 1.</param>
/// <param name="Frames">Number of shown frames that had it.</param>
public sealed record ClassCoverage(string Name, double Share, long Frames);
