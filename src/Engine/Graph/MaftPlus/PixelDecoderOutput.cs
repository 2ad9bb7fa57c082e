namespace OpenSegR.Realtime.Graph.MaftPlus;

/// <summary>What the pixel decoder hands on.</summary>
/// <param name="Levels">The reference's multi_scale features, coarse first (strides 32, 16, 8).</param>
/// <param name="Fine">
/// [C, h*w] at stride 4, channels first: the input of the last 1x1 convolution, whose output are the reference's mask_features.
/// </param>
internal readonly record struct PixelDecoderOutput(IReadOnlyList<FeatureMap> Levels, Value Fine);
