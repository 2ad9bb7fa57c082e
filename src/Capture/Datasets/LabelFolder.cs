namespace OpenSegR.Realtime.Capture.Datasets;

/// <summary>A folder of label maps.</summary>
/// <param name="Path">Below the dataset's root.</param>
/// <param name="FirstLabel">Value of the first class; anything outside the classes is not scored.</param>
internal sealed record LabelFolder(string Path, int FirstLabel);
