using OpenSegR.Realtime.Graph.Layers;

namespace OpenSegR.Realtime.Graph.MaftPlus;

/// <summary>
/// Mask logits of queries: products of query embeddings with mask features. Mask features are W x + b of the pixel decoder's fine features
/// x, so embedding e gives e W x + e b: the 1x1 convolution is applied to the few queries instead of to every pixel. A bilinear resize is
/// linear too, so logits wanted at a coarser level are computed from features resized to it, not from full-size logits.
/// </summary>
internal sealed class MaskHead
{
    private const string MaskFeatures = "sem_seg_head.pixel_decoder.mask_features";

    private readonly GraphBuilder _graph;
    private readonly Value _fine;
    private readonly Value[] _coarse;

    /// <summary>Prepares the features at full size (stride 4) and at each coarser level.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="fine">Fine features of the pixel decoder (<see cref="PixelDecoderOutput.Fine"/>).</param>
    /// <param name="width">C.</param>
    /// <param name="size">Their height and width.</param>
    /// <param name="levels">The coarser levels; only their sizes are used.</param>
    public MaskHead(GraphBuilder graph, Value fine, int width, (Dim Height, Dim Width) size, IReadOnlyList<FeatureMap> levels)
    {
        using var scope = graph.Scope("mask_levels");
        _graph = graph;
        _fine = fine;
        _coarse = [.. levels.Select(level => Coarse(width, size, level))];
    }

    /// <summary>Turns mask embeddings [Q, mask dim] into what the other methods take.</summary>
    public MaskQueries Prepare(Value embeddings)
    {
        var weight = _graph.MatrixWeight(MaskFeatures + ".weight");
        var bias = _graph.Unsqueeze(_graph.Weight(MaskFeatures + ".bias"), 1);
        return new MaskQueries(_graph.MatMul(embeddings, weight), _graph.MatMul(embeddings, bias));
    }

    /// <summary>Mask logits at stride 4: [Q, h*w].</summary>
    public Value Full(MaskQueries queries) => Product(queries, _fine);

    /// <summary>Mask logits bilinearly resized to a level: [Q, h_l*w_l].</summary>
    public Value AtLevel(MaskQueries queries, int level) => Product(queries, _coarse[level]);

    /// <summary>The same as [h_l*w_l, Q], for graphs with this project's dense operators.</summary>
    public Value AtLevelByPixel(MaskQueries queries, int level) => _graph.Node(
        "Gemm", [_coarse[level], queries.Vectors, _graph.Transpose(queries.Offsets, 1, 0)], ("transB", 1));

    /// <summary>Mean of the mask features over each mask: [Q, mask dim].</summary>
    public Value Pool(Value fullLogits)
    {
        var (means, filled) = MaskPooling.Add(_graph, fullLogits, _fine, _graph.Operators.Dense);
        var bias = _graph.Mul(filled, _graph.Weight(MaskFeatures + ".bias"));
        return _graph.GemmTransposed(means, _graph.MatrixWeight(MaskFeatures + ".weight"), bias);
    }

    private Value Coarse(int width, (Dim Height, Dim Width) size, FeatureMap level)
    {
        if (_graph.Operators.Dense)
        {
            var pixels = _graph.Reshape(_fine, 1, size.Height, size.Width, width);
            return _graph.Reshape(_graph.ResizeBilinearChannelsLast(pixels, level.Height, level.Width), Dim.Infer, width);
        }

        var planes = _graph.Reshape(_fine, 1, width, size.Height, size.Width);
        return _graph.Reshape(_graph.ResizeBilinear(planes, width, level.Height, level.Width), width, Dim.Infer);
    }

    private Value Product(MaskQueries queries, Value features) => _graph.Operators.Dense
        ? _graph.GemmTransposed(queries.Vectors, features, queries.Offsets)
        : _graph.Node("Gemm", [queries.Vectors, features, queries.Offsets]);
}
