namespace OpenSegR.Realtime.Text.Reasoning;

/// <summary>How far generating reasoning is.</summary>
/// <param name="Step">What is being asked, for people: "describing the image".</param>
/// <param name="Done">Questions that are answered.</param>
/// <param name="Total">Questions known so far.</param>
public readonly record struct ReasoningProgress(string Step, int Done, int Total);
