using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Evaluation;

/// <summary>One predicted object.</summary>
/// <param name="Class">Its class.</param>
/// <param name="Score">Confidence, 0 to 1.</param>
/// <param name="Mask">Its pixels, at the picture's size.</param>
public readonly record struct InstancePrediction(int Class, float Score, BinaryMask Mask);
