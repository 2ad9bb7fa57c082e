namespace OpenSegR.Realtime.Capture.Datasets;

/// <summary>A folder of label maps.</summary>
/// <param name="Path">Below the dataset's root.</param>
/// <param name="FirstLabel">Value of the first class; smaller ones, and 255 or 65535, are pixels that are not scored.</param>
/// <param name="Ignored">One more value that is not scored; -1 for none.</param>
internal sealed record LabelFolder(string Path, int FirstLabel, int Ignored = -1);
