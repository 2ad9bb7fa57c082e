namespace OpenSegR.Realtime.Graph.Layers;

/// <summary>
/// Multi-scale deformable self-attention of Deformable DETR (Zhu et al., ICLR 2021), where every pixel of every level is a query whose
/// reference point is its own centre. Letters as in native/cpu/README.md: L levels, S pixels of all levels, M heads, D channels a head,
/// P points. Both forms compute the same numbers: one node of this project's own, or standard operators around GridSample.
/// </summary>
internal sealed class DeformableAttention
{
    private readonly GraphBuilder _graph;
    private readonly IReadOnlyList<FeatureMap> _levels;
    private readonly int _heads;
    private readonly int _points;
    private readonly int _width;
    private Value? _spatialShapes;
    private Value? _referenceGrid;

    /// <summary>Prepares what all layers over the same levels share.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="levels">The levels in the order in which their pixels are lined up; only sizes and channels are used.</param>
    /// <param name="heads">M.</param>
    /// <param name="points">P.</param>
    public DeformableAttention(GraphBuilder graph, IReadOnlyList<FeatureMap> levels, int heads, int points)
    {
        _graph = graph;
        _levels = levels;
        _heads = heads;
        _points = points;
        _width = levels[0].Channels;
    }

    /// <summary>Adds one layer with its residual and norm: norm(source + attention).</summary>
    /// <param name="name">Its name in the weights, with sampling_offsets, attention_weights, value_proj and output_proj.</param>
    /// <param name="source">[S, C], what asks, with positions, and what is sampled.</param>
    /// <param name="norm">The layer norm behind it.</param>
    /// <returns>[S, C].</returns>
    public Value Add(string name, PlacedTokens source, PostNorm norm)
    {
        using var scope = _graph.Scope("deformable");
        return UsesOneNode ? Fused(name, source, norm) : Decomposed(name, source.Sum(_graph), source.Tokens, norm);
    }

    // TensorRT's plugin takes the levels' sizes as an attribute: it cannot look into a tensor.
    private bool UsesOneNode =>
        _graph.Operators.Attention
        && (_graph.Operators.Target != GraphTarget.TensorRt || _levels.All(level => level.Height.IsKnown && level.Width.IsKnown));

    private Value Fused(string name, PlacedTokens source, PostNorm norm)
    {
        var value = _graph.Linear(source.Tokens, name + ".value_proj", mayRound: true);

        // Offsets and logits are two layers on the same input, hence one matrix product; the weights are joined when the graph is loaded.
        var weight = _graph.Concat(0, _graph.Weight(name + ".sampling_offsets.weight"), _graph.Weight(name + ".attention_weights.weight"));
        var bias = _graph.Concat(0, _graph.Weight(name + ".sampling_offsets.bias"), _graph.Weight(name + ".attention_weights.bias"));
        var offsetsAndLogits = _graph.Linear(source.Tokens, weight, bias, positions: source.Positions);

        var heard = Heard(_graph.Unsqueeze(value, 0), _graph.Unsqueeze(offsetsAndLogits, 0));
        return _graph.Linear(_graph.Squeeze(heard, 0), name + ".output_proj", residual: source.Tokens, norm: norm, mayRound: true);
    }

    private Value Heard(Value value, Value offsetsAndLogits)
    {
        if (_graph.Operators.Target == GraphTarget.TensorRt)
        {
            return _graph.CustomNode(
                "MSDeformAttnFused",
                [value, offsetsAndLogits],
                ("num_heads", _heads),
                ("num_points", _points),
                ("spatial_shapes", _levels.SelectMany(level => new[] { level.Height.Size, level.Width.Size }).ToArray()));
        }

        _spatialShapes ??= SpatialShapes();
        return _graph.CustomNode(
            "MSDeformAttnFused", [value, _spatialShapes.Value, offsetsAndLogits], ("num_heads", _heads), ("num_points", _points));
    }

    private Value Decomposed(string name, Value query, Value source, PostNorm norm)
    {
        var levels = _levels.Count;
        var depth = _width / _heads;

        // The value comes out channels first, [C, S], as GridSample wants it: level l is [M, D, h_l, w_l].
        var pixelsOfLevels = _graph.ToVector([.. _levels.Select(level => _graph.Multiply(level.Height, level.Width))]);
        var value = _graph.LinearChannelsFirst(source, name + ".value_proj");
        var values = _graph.Nodes("Split", [value, pixelsOfLevels], levels, ("axis", 1));

        // [S, M, L, 2P] -> [L, M, S, 2P] and [S, M, L, P] -> [L, M, S, P]
        var offsets = _graph.Linear(query, name + ".sampling_offsets");
        var offsetsByLevel = _graph.Transpose(_graph.Reshape(offsets, Dim.Infer, _heads, levels, 2 * _points), 2, 1, 0, 3);
        var logits = _graph.Reshape(_graph.Linear(query, name + ".attention_weights"), Dim.Infer, _heads, levels * _points);
        var weightsByLevel = _graph.Transpose(_graph.Reshape(_graph.Softmax(logits), Dim.Infer, _heads, levels, _points), 2, 1, 0, 3);

        _referenceGrid ??= ReferenceGrid();
        Value? sum = null;
        for (var l = 0; l < levels; l++)
        {
            var level = _levels[l];

            // Offsets are in pixels of the sampled level; GridSample's coordinates run from -1 to 1 across it.
            var perPixel = _graph.Concat(0, TwoOver(level.Width), TwoOver(level.Height));
            var offset = _graph.Reshape(_graph.Gather(offsetsByLevel, _graph.Scalar((long)l), 0), _heads, Dim.Infer, _points, 2);
            var grid = _graph.Add(_graph.Mul(offset, perPixel), _referenceGrid.Value);
            var sampled = _graph.Node(
                "GridSample",
                [_graph.Reshape(values[l], _heads, depth, level.Height, level.Width), grid],
                ("mode", "linear"),
                ("padding_mode", "zeros"),
                ("align_corners", 0));

            // [M, D, S, P] * [M, 1, S, P] -> [M, D, S]
            var weight = _graph.Unsqueeze(_graph.Gather(weightsByLevel, _graph.Scalar((long)l), 0), 1);
            var heardHere = _graph.ReduceSum(_graph.Mul(sampled, weight), 3, keepAxis: false);
            sum = sum is { } before ? _graph.Add(before, heardHere) : heardHere;
        }

        // [M, D, S] -> [C, S] -> [S, C]
        var projected = _graph.Node(
            "Gemm",
            [_graph.Reshape(sum!.Value, _width, Dim.Infer), _graph.Weight(name + ".output_proj.weight"), _graph.Weight(name + ".output_proj.bias")],
            ("transA", 1),
            ("transB", 1));
        return _graph.LayerNorm(_graph.Add(source, projected), norm.Name, norm.Epsilon);
    }

    // [L, 2] (height, width)
    private Value SpatialShapes() =>
        _graph.Reshape(_graph.ToVector([.. _levels.SelectMany(level => new[] { level.Height, level.Width })]), _levels.Count, 2);

    private Value TwoOver(Dim side) => _graph.Div(_graph.Scalar(2f), _graph.ToFloat(side));

    // [S, 1, 2]: every pixel's centre (x, y) in GridSample's coordinates, 2 * (i + 0.5) / n - 1.
    private Value ReferenceGrid()
    {
        using var scope = _graph.Scope("reference");
        using var single = _graph.SinglePrecision(); // positions across a level; half precision has 11 bits, a level up to 400 pixels
        var parts = new Value[_levels.Count];
        for (var l = 0; l < parts.Length; l++)
        {
            var (height, width) = (_levels[l].Height, _levels[l].Width);
            var shape = _graph.ToVector(height, width, 1);
            var x = _graph.Node("Expand", [_graph.Unsqueeze(Centres(width), 0, 2), shape]);
            var y = _graph.Node("Expand", [_graph.Unsqueeze(Centres(height), 1, 2), shape]);
            parts[l] = _graph.Reshape(_graph.Concat(2, x, y), Dim.Infer, 1, 2);
        }

        return _graph.Concat(0, parts);
    }

    private Value Centres(Dim count)
    {
        var fractions = _graph.Div(_graph.Add(_graph.Range(count), _graph.Scalar(0.5f)), _graph.ToFloat(count));
        return _graph.Sub(_graph.Mul(fractions, _graph.Scalar(2f)), _graph.Scalar(1f));
    }
}
