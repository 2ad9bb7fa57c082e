namespace OpenSegR.Realtime.Evaluation;

/// <summary>A picture that entered no score.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Reason">Why, in one line that names the file.</param>
public sealed record SkippedPicture(string Id, string Reason);
