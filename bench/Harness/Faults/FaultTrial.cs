namespace OpenSegR.Realtime.Bench;

/// <summary>One fault and what it did.</summary>
/// <param name="Fault">What was done to the program.</param>
/// <param name="Outcome">What it did then, in a few words.</param>
/// <param name="Failure">What it should not have done, or null where all is well.</param>
/// <param name="Seconds">How long the trial took.</param>
public sealed record FaultTrial(string Fault, string Outcome, string? Failure, double Seconds);
