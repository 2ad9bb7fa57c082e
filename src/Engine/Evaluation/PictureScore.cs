namespace OpenSegR.Realtime.Evaluation;

/// <summary>How well one picture was segmented, by itself.</summary>
/// <param name="Index">Its position in the dataset.</param>
/// <param name="Id">Its name.</param>
/// <param name="MeanIoU">Mean IoU over the classes that are in it, 0 to 1; NaN where it has no labelled pixel or was not predicted.</param>
/// <param name="PixelAccuracy">Share of its labelled pixels that are right, 0 to 1.</param>
public sealed record PictureScore(int Index, string Id, double MeanIoU, double PixelAccuracy);
