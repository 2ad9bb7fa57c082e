namespace OpenSegR.Realtime.Graph.MaftPlus;

/// <summary>What the pixel decoder hands on.</summary>
/// <param name="Levels">The reference's multi_scale features, coarse first (strides 32, 16, 8).</param>
/// <param name="Fine">
/// Features at stride 4, the input of the last 1x1 convolution, whose output are the reference's mask_features: [h*w, C] where the graph has
/// this project's dense operators, otherwise [C, h*w].
/// </param>
internal readonly record struct PixelDecoderOutput(IReadOnlyList<FeatureMap> Levels, Value Fine);
