namespace OpenSegR.Realtime.Pipeline;

/// <summary>How long something took, in milliseconds, over all frames.</summary>
/// <param name="Count">Number of measurements; all other values are 0 where it is 0.</param>
/// <param name="MeanMs">Arithmetic mean.</param>
/// <param name="P50Ms">Median.</param>
/// <param name="P95Ms">95th percentile.</param>
/// <param name="P99Ms">99th percentile.</param>
/// <param name="MaxMs">Largest.</param>
public sealed record LatencySummary(long Count, double MeanMs, double P50Ms, double P95Ms, double P99Ms, double MaxMs);
