using OpenSegR.Realtime.Graph.Layers;
using OpenSegR.Realtime.Graph.Protos;
using OpenSegR.Realtime.Models;

namespace OpenSegR.Realtime.Graph.MaftPlus;

/// <summary>
/// The whole MAFT+ segmentor as one ONNX graph (reference: MAFT_Plus and MAFT_Plus_Reason in maft_plus.py, from the normalised image to
/// the input of semantic, panoptic and instance inference): trunk -> pixel decoder -> mask decoder -> mask pooling -> CLIP head ->
/// content-dependent transfer -> class probabilities with void.
/// </summary>
internal sealed class MaftPlusGraph
{
    private const string Visual = "backbone.clip_model.visual";
    private const string ClipScale = "backbone.clip_model.logit_scale";

    // Masks are at stride 4, the features that classes are told by at stride 32.
    private const long CoarseScale = 8;

    private readonly MaftPlusSizes _sizes;
    private readonly SegmentorGraphOptions _options;
    private readonly GraphBuilder _graph;
    private readonly GraphDumps _dumps;
    private readonly Dim _height;
    private readonly Dim _width;
    private readonly Value _image;
    private readonly TextRows _text;

    private MaftPlusGraph(MaftPlusSizes sizes, WeightTable weights, SegmentorGraphOptions options)
    {
        _sizes = sizes;
        _options = options;
        _graph = new GraphBuilder("maft-plus", weights, options.Operators);
        _dumps = new GraphDumps(_graph, options.Dumps);
        _image = _graph.Input(
            SegmentorTensors.Image,
            TensorProto.Types.DataType.Float,
            1,
            3,
            options.Size is { } h ? h.Height : "height",
            options.Size is { } w ? w.Width : "width");
        _height = options.Size is { } known ? known.Height : _graph.DimOf(_image, 2);
        _width = options.Size is { } size ? size.Width : _graph.DimOf(_image, 3);
        _text = TextInput();
    }

    /// <summary>Generates the graph.</summary>
    /// <param name="sizes">The model's sizes.</param>
    /// <param name="weights">Its weights file.</param>
    /// <param name="options">What to generate it for.</param>
    /// <returns>An ONNX model whose external data lies in <paramref name="weights"/>.</returns>
    /// <exception cref="ModelException">A tensor is missing or mis-shaped.</exception>
    /// <exception cref="InputException">A side is no multiple of 32, or a dump has an unknown name.</exception>
    public static ModelProto Build(MaftPlusSizes sizes, WeightTable weights, SegmentorGraphOptions options)
    {
        if (options.Size is { } size && (size.Height % 32 != 0 || size.Width % 32 != 0 || size.Height < 32 || size.Width < 32))
        {
            throw new InputException($"the model cannot run at {size.Width}x{size.Height}: both sides must be multiples of 32");
        }

        return new MaftPlusGraph(sizes, weights, options).Build();
    }

    private ModelProto Build()
    {
        _dumps.Add("input", () => _image, TensorProto.Types.DataType.Float, 1, 3, Side(_height, "input.height"), Side(_width, "input.width"));
        var maps = ConvNextTrunk.Add(
            _graph, _image, _height, _width, Visual + ".trunk", _sizes.TrunkDepths, _sizes.TrunkWidths);
        var (trunk, dense) = (maps[1..], maps[^1]);
        _dumps.Add("stem", maps[0]);
        for (var stage = 0; stage < trunk.Length; stage++)
        {
            _dumps.Add($"res{stage + 2}", trunk[stage]);
        }

        _dumps.Add("clip_vis_dense", dense);

        var pixels = PixelDecoder.Add(_graph, _sizes, trunk, Positions(trunk, _sizes.PixelDecoderWidth));
        for (var l = 0; l < pixels.Levels.Count; l++)
        {
            _dumps.Add($"multi_scale.{l}", pixels.Levels[l]);
        }

        var (rows, columns) = (trunk[0].Height, trunk[0].Width);
        _dumps.AddChannelsFirst(
            "mask_features", () => PixelDecoder.AddMaskFeatures(_graph, pixels.Fine), _sizes.MaskDim, rows, columns);

        var decoder = new MaskDecoder(_graph, _sizes, pixels, (rows, columns), _text, _dumps);
        var decoded = decoder.Add(Positions(trunk, _sizes.DecoderWidth));
        _dumps.AddChannelsFirst("pred_masks", () => decoded.Masks, _sizes.Queries, rows, columns);
        ClassLogits.Dump(_graph, _dumps, "pred_logits", () => decoded.ClassLogits, _sizes.Queries, _text.Reasoning);

        AddOutputs(decoded, Classify(dense, decoded, rows, columns), rows, columns);
        return _dumps.Missing.Any()
            ? throw new InputException($"there is no tensor '{_dumps.Missing.First()}' to dump in a MAFT+ model")
            : _graph.BuildModel();
    }

    // Class logits of each mask from CLIP's own features under it: [Q, R, T+1].
    private Value Classify(FeatureMap dense, MaskDecoderOutput decoded, Dim rows, Dim columns)
    {
        using var single = _graph.SinglePrecision(); // small, and it decides: a few rows for each query, no map
        _dumps.AddChannelsFirst("mask_for_pooling", () => decoded.CoarseMasks, _sizes.Queries, dense.Height, dense.Width);
        var channelsFirst = _graph.Transpose(dense.Tokens, 1, 0);
        var pooled = _sizes.PoolsSmallMasks
            ? MaskPooling.AddWithSmall(_graph, decoded.CoarseMasks, decoded.Masks, (_sizes.Queries, rows, columns), CoarseScale, channelsFirst)
            : MaskPooling.Add(_graph, decoded.CoarseMasks, channelsFirst).Means;
        var features = ClipHead.Add(_graph, Visual, pooled);
        DumpRows("pooled_clip_feature_raw", pooled, _sizes.Queries, dense.Channels);
        DumpRows("pooled_clip_feature", features, _sizes.Queries, _sizes.EmbedDim);

        var image = ClipHead.AddDense(_graph, Visual, dense, _sizes.EmbedDim);
        _dumps.Add("img_feat", image);
        var moved = ContentTransfer.Add(_graph, _sizes, image, _text.Rows);
        DumpRows("cdt_out", moved, "cdt_out.rows", _sizes.EmbedDim);
        var logits = ClassLogits.Add(_graph, features, _text with { Rows = moved }, ClipScale);
        ClassLogits.Dump(_graph, _dumps, "out_vocab_logits", () => logits, _sizes.Queries, _text.Reasoning);
        return WithVoid(logits, decoded.ClassLogits);
    }

    // p = softmax over the classes of CLIP's logits, times what the decoder's void probability leaves; log(p + 1e-8), void last.
    private Value WithVoid(Value clipLogits, Value decoderLogits)
    {
        using var scope = _graph.Scope("void");
        using var single = _graph.SinglePrecision(); // log(p + 1e-8)
        var none = _graph.Slice(_graph.Softmax(decoderLogits), -1, long.MaxValue, 2);
        var classes = _graph.Softmax(_graph.Slice(clipLogits, 0, -1, 2));
        var kept = _graph.Mul(classes, _graph.Sub(_graph.Scalar(1f), none));
        var probabilities = _graph.Concat(2, kept, none);
        return _graph.Node("Log", [_graph.Add(probabilities, _graph.Scalar(1e-8f))]);
    }

    private void AddOutputs(MaskDecoderOutput decoded, Value maskClasses, Dim rows, Dim columns)
    {
        const TensorProto.Types.DataType Float = TensorProto.Types.DataType.Float;
        var (height, width) = (Side(rows, "mask_height"), Side(columns, "mask_width"));
        using var single = _graph.SinglePrecision(); // sums over all queries that labels are decided by
        if (_options.Dumps.Contains("mask_cls"))
        {
            _dumps.Add(
                "mask_cls",
                () => _text.Reasoning ? maskClasses : _graph.Squeeze(maskClasses, 1),
                Float,
                _text.Reasoning ? [_sizes.Queries, "mask_cls.reasons", "mask_cls.classes"] : [_sizes.Queries, "mask_cls.classes"]);
        }

        if (Wants(SegmentorOutputs.MaskLogits))
        {
            _graph.Output(
                SegmentorTensors.MaskLogits, _graph.Reshape(decoded.Masks, _sizes.Queries, rows, columns), Float, _sizes.Queries, height, width);
        }

        if (Wants(SegmentorOutputs.MaskClasses))
        {
            _graph.Output(SegmentorTensors.MaskClasses, maskClasses, Float, _sizes.Queries, "reasons", "classes_and_void");
        }

        // The reference softmaxes log(p + 1e-8) again, void included, before void is dropped; its mean over reasons of score maps is
        // the score map of this mean.
        var scores = _graph.ReduceMean(_graph.Slice(_graph.Softmax(maskClasses), 0, -1, 2), 1, keepAxis: false);
        if (Wants(SegmentorOutputs.ClassScores))
        {
            _graph.Output(SegmentorTensors.ClassScores, scores, Float, _sizes.Queries, "classes");
        }

        var semantic = _graph.MatMul(_graph.Transpose(scores, 1, 0), _graph.Sigmoid(decoded.Masks));
        if (Wants(SegmentorOutputs.SemanticScores))
        {
            _graph.Output(
                SegmentorTensors.SemanticScores, _graph.Reshape(semantic, Dim.Infer, rows, columns), Float, "classes", height, width);
        }

        if (Wants(SegmentorOutputs.Labels))
        {
            var best = _graph.Node("ArgMax", [semantic], ("axis", 0), ("keepdims", 0));
            var labels = _graph.Cast(_graph.Reshape(best, rows, columns), TensorProto.Types.DataType.Uint16);
            _graph.Output(SegmentorTensors.Labels, labels, TensorProto.Types.DataType.Uint16, height, width);
        }
    }

    private TextRows TextInput()
    {
        using var single = _graph.SinglePrecision(); // the words come in single precision, and what reads them is single
        Value rows, groups;
        if (_options.Vocabulary is { } words)
        {
            var table = TextGroups.Create(words);
            rows = _graph.Constant(words.Embeddings, words.RowCount, words.Dimension);
            groups = _graph.Constant(table.Rows, table.Reasons, table.Classes, table.Longest);
        }
        else
        {
            rows = _graph.Input(SegmentorTensors.TextClassifier, TensorProto.Types.DataType.Float, "rows", _sizes.EmbedDim);
            groups = _graph.Input(SegmentorTensors.Groups, TensorProto.Types.DataType.Int64, "reasons", "classes", "synonyms");
        }

        var withVoid = _graph.Concat(0, rows, _graph.Normalize(_graph.Weight("void_embedding.weight")));
        _dumps.Add(
            "text_classifier_with_void", () => withVoid, TensorProto.Types.DataType.Float, "text_classifier_with_void.rows", _sizes.EmbedDim);
        return new TextRows(withVoid, groups, _graph.DimOf(groups, 0), _options.DumpReasons);
    }

    private Value[] Positions(FeatureMap[] trunk, int width) =>
        [.. new[] { trunk[3], trunk[2], trunk[1] }.Select(map => SinePositions.Add(_graph, map.Height, map.Width, width))];

    private void DumpRows(string name, Value rows, GraphSide count, int channels) =>
        _dumps.Add(name, () => _graph.Unsqueeze(rows, 0), TensorProto.Types.DataType.Float, 1, count, channels);

    private bool Wants(SegmentorOutputs output) => (_options.Outputs & output) != 0;

    private static GraphSide Side(Dim side, string name) => GraphSide.Of(side, name);
}
