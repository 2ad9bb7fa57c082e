namespace OpenSegR.Realtime.Graph.Layers;

/// <summary>CLIP's visual head (timm's trunk.head, open_clip's visual.head): LayerNorm, then one projection or a two-layer MLP.</summary>
internal static class ClipHead
{
    private const float Epsilon = 1e-6f;

    /// <summary>Adds the head on rows: [N, trunk width] -> [N, embed dim].</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="name">Name of CLIP's visual side in the weights, such as "backbone.clip_model.visual".</param>
    /// <param name="rows">[N, trunk width].</param>
    public static Value Add(GraphBuilder graph, string name, Value rows)
    {
        using var scope = graph.Scope("clip_head");
        var normalised = graph.LayerNorm(rows, name + ".trunk.head.norm", Epsilon);
        return graph.Weights.Contains(name + ".head.proj.weight")
            ? graph.Linear(normalised, name + ".head.proj")
            : graph.Mlp(normalised, name + ".head.mlp.fc1", name + ".head.mlp.fc2", Activation.Gelu);
    }

    /// <summary>
    /// Adds the dense use of the head. The reference turns [1, C, h, w] into h*w rows of C by a plain reshape, without moving channels
    /// last, so each row mixes positions and channels; the published weights were trained with it (maft_plus.py,
    /// visual_prediction_forward_convnext).
    /// </summary>
    /// <returns>The map that the reference calls img_feat.</returns>
    public static FeatureMap AddDense(GraphBuilder graph, string name, FeatureMap dense, int embedDim)
    {
        using var scope = graph.Scope("dense_head");
        var mixed = graph.Reshape(graph.Transpose(dense.Tokens, 1, 0), Dim.Infer, dense.Channels);
        return dense with { Tokens = Add(graph, name, mixed), Channels = embedDim };
    }
}
