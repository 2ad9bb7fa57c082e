using OpenSegR.Realtime.Graph.Layers;
using OpenSegR.Realtime.Graph.Protos;
using OpenSegR.Realtime.Models;

namespace OpenSegR.Realtime.Graph.Sed;

/// <summary>
/// The SED segmentor as one ONNX graph (Xie et al., "SED: A Simple Encoder-Decoder for Open-Vocabulary Semantic Segmentation", 2024;
/// reference: sed/modeling/transformer/model.py, class Aggregator): CLIP trunk -> correlation of every pixel with every prompt of every
/// class -> three decoder steps -> one score map a class at stride 4.
/// </summary>
internal sealed class SedGraph
{
    private const string Clip = "sem_seg_head.predictor.clip_model";
    private const string Name = "sem_seg_head.predictor.transformer";
    private const TensorProto.Types.DataType Float = TensorProto.Types.DataType.Float;

    private readonly SedSizes _sizes;
    private readonly SegmentorGraphOptions _options;
    private readonly GraphBuilder _graph;
    private readonly GraphDumps _dumps;

    private SedGraph(SedSizes sizes, WeightTable weights, SegmentorGraphOptions options)
    {
        _sizes = sizes;
        _options = options;
        _graph = new GraphBuilder("sed", weights, options.Operators);
        _dumps = new GraphDumps(_graph, options.Dumps);
    }

    /// <summary>Generates the graph. Of the outputs there are "semantic_scores", here the sigmoid scores, and "labels".</summary>
    /// <param name="sizes">The model's sizes.</param>
    /// <param name="weights">Its weights file.</param>
    /// <param name="options">What to generate it for.</param>
    /// <exception cref="ModelException">A tensor is missing or mis-shaped.</exception>
    /// <exception cref="InputException">A side is no multiple of 32, or a dump has an unknown name.</exception>
    public static ModelProto Build(SedSizes sizes, WeightTable weights, SegmentorGraphOptions options)
    {
        if (options.Size is { } size && (size.Height % 32 != 0 || size.Width % 32 != 0 || size.Height < 32 || size.Width < 32))
        {
            throw new InputException($"the model cannot run at {size.Width}x{size.Height}: both sides must be multiples of 32");
        }

        return new SedGraph(sizes, weights, options).Build();
    }

    private ModelProto Build()
    {
        var size = _options.Size;
        var image = _graph.Input(
            SegmentorTensors.Image, Float, 1, 3, size is { } h ? h.Height : "height", size is { } w ? w.Width : "width");
        var text = _options.Vocabulary is { } words
            ? _graph.Constant(words.Embeddings, words.ClassIndex.Length, _sizes.Prompts, _sizes.EmbedDim)
            : _graph.Input(SegmentorTensors.TextFeatures, Float, "classes", _sizes.Prompts, _sizes.EmbedDim);
        _dumps.Add("network_input", () => image, Float, 1, 3, size is { } ih ? ih.Height : "network_input.height", size is { } iw ? iw.Width : "network_input.width");
        Dim height = size is { } known ? known.Height : _graph.DimOf(image, 2);
        Dim width = size is { } fixedSize ? fixedSize.Width : _graph.DimOf(image, 3);
        var maps = ConvNextTrunk.Add(
            _graph, image, height, width, Clip + ".visual.trunk", _sizes.TrunkDepths, _sizes.TrunkWidths);
        string[] names = ["clip.stem", "clip.res2", "clip.res3", "clip.res4", "clip.res5"];
        for (var i = 0; i < maps.Length; i++)
        {
            _dumps.Add(names[i], maps[i]);
        }

        var dense = maps[^1] with { Tokens = ClipHead.Add(_graph, Clip + ".visual", maps[^1].Tokens), Channels = _sizes.EmbedDim };
        _dumps.Add("clip.clip_vis_dense", dense);

        var classes = _graph.DimOf(text, 0);
        var correlation = Correlate(dense, text, classes);
        var logits = Decode(correlation, classes, dense, maps);
        var scores = _graph.Sigmoid(_graph.Squeeze(logits.Maps, 1));
        if (logits.Kept is { } kept)
        {
            // Classes that dropped out score exactly zero.
            var shape = _graph.ToVector(classes, _graph.Divide(height, 4), _graph.Divide(width, 4));
            var zeros = _graph.Node("Expand", [_graph.Scalar(0f), shape]);
            scores = _graph.Node("ScatterND", [zeros, _graph.Unsqueeze(kept, 1), scores]);
        }

        GraphSide rows = size is { } sh ? sh.Height / 4 : "mask_height", columns = size is { } sw ? sw.Width / 4 : "mask_width";
        if ((_options.Outputs & SegmentorOutputs.SemanticScores) != 0)
        {
            _graph.Output(SegmentorTensors.SemanticScores, scores, Float, "classes", rows, columns);
        }

        if ((_options.Outputs & SegmentorOutputs.Labels) != 0)
        {
            var best = _graph.Node("ArgMax", [scores], ("axis", 0), ("keepdims", 0));
            _graph.Output(
                SegmentorTensors.Labels, _graph.Cast(best, TensorProto.Types.DataType.Uint16), TensorProto.Types.DataType.Uint16, rows, columns);
        }

        return _dumps.Missing.Any()
            ? throw new InputException($"there is no tensor '{_dumps.Missing.First()}' to dump in a SED model")
            : _graph.BuildModel();
    }

    // Cosine of every pixel with every prompt of every class: [T, P, h, w].
    private Value Correlate(FeatureMap dense, Value text, Dim classes)
    {
        using var scope = _graph.Scope("correlation");
        using var single = _graph.SinglePrecision(); // cosines: what decides between classes that are close
        var rows = _graph.Reshape(_graph.Normalize(text), Dim.Infer, _sizes.EmbedDim);
        var products = _graph.GemmTransposed(rows, _graph.Normalize(dense.Tokens));
        var correlation = _graph.Reshape(products, classes, _sizes.Prompts, dense.Height, dense.Width);
        SedDumps.Classes(_graph, _dumps, "corr", () => correlation, _sizes.Prompts);
        return correlation;
    }

    // The last step's score maps [T', 1, H/4, W/4], before the sigmoid, and which classes they belong to where some dropped out.
    private (Value Maps, Value? Kept) Decode(Value correlation, Dim classes, FeatureMap dense, FeatureMap[] maps)
    {
        var embedding = _graph.Convolve(
            correlation, _graph.Weight(Name + ".conv1.weight"), _graph.Weight(Name + ".conv1.bias"),
            _sizes.CorrelationKernel, 1, _sizes.CorrelationKernel / 2);
        SedDumps.Maps(_dumps, "corr_embed", () => embedding, _sizes.HiddenDim);
        var guidance = CorrelationGuidance(correlation);

        // Image guidance comes from res4, res3 and res2 in turn.
        FeatureMap[] images = [maps[3], maps[2], maps[1]];
        Value? kept = null;
        var (x, channels, size, alive) = (embedding, _sizes.HiddenDim, (dense.Height, dense.Width), classes);
        for (var i = 0; i < images.Length; i++)
        {
            var auxiliary = Head(x, $"{Name}.head{i}");
            SedDumps.Masks(_graph, _dumps, $"mask_aux{i}", () => auxiliary);
            var own = guidance[i];
            if (_options.TopClasses is { } top)
            {
                var survivors = Survivors(auxiliary, alive, top);
                kept = kept is { } before ? _graph.Gather(before, survivors, 0) : survivors;
                x = _graph.Gather(x, survivors, 0);
                own = _graph.Gather(own, kept.Value, 0);
                alive = _graph.DimOf(kept.Value, 0);
                var current = kept.Value;
                _dumps.Add($"classes_out{i}", () => current, TensorProto.Types.DataType.Int64, $"classes_out{i}.classes");
            }

            var step = new SedDecoderStep(_graph, _dumps, $"{Name}.decoder{i + 1}")
            {
                Inputs = channels,
                Outputs = _sizes.DecoderDims[i],
                Guidance = _sizes.GuidanceDims[i],
                Kernel = _sizes.BlockKernels[i],
                Pooling = _sizes.ClassPooling,
                Heads = _sizes.ClassAttentionHeads,
            };
            x = step.Add(x, alive, size, ImageGuidance(images[i], i), own);
            (channels, size) = (_sizes.DecoderDims[i], (images[i].Height, images[i].Width));
        }

        var logits = Head(x, Name + ".head");
        SedDumps.Masks(_graph, _dumps, "logits", () => logits);
        return (logits, kept);
    }

    private Value Head(Value x, string name) =>
        _graph.Convolve(x, _graph.Weight(name + ".weight"), _graph.Weight(name + ".bias"), 3, 1, 1);

    // 3x3 convolution and ReLU: [1, G, H, W].
    private Value ImageGuidance(FeatureMap map, int index)
    {
        using var scope = _graph.Scope("image_guidance");
        var name = $"{Name}.decoder_guidance_projection.{index}.0";
        var pixels = _graph.Reshape(_graph.Transpose(map.Tokens, 1, 0), 1, map.Channels, map.Height, map.Width);
        var guidance = _graph.Relu(
            _graph.Convolve(pixels, _graph.Weight(name + ".weight"), _graph.Weight(name + ".bias"), 3, 1, 1));
        SedDumps.Maps(_dumps, $"guidance.{index}", () => guidance, _sizes.GuidanceDims[index]);
        return guidance;
    }

    // Three transposed convolutions with ReLU, one after the other, starting from the correlation itself.
    private Value[] CorrelationGuidance(Value correlation)
    {
        using var scope = _graph.Scope("correlation_guidance");
        var guidance = new Value[_sizes.GuidanceDims.Count];
        for (var i = 0; i < guidance.Length; i++)
        {
            var name = $"{Name}.decoder_corr_guidance_projection.{i}.0";
            correlation = _graph.Relu(_graph.Node(
                "ConvTranspose",
                [correlation, _graph.Weight(name + ".weight"), _graph.Weight(name + ".bias")],
                ("kernel_shape", new long[] { 2, 2 }),
                ("strides", new long[] { 2, 2 })));
            guidance[i] = correlation;
            var current = correlation;
            SedDumps.Maps(_dumps, $"corr_guidance.{i}", () => current, _sizes.GuidanceDims[i]);
        }

        return guidance;
    }

    // Indices, ascending, of the classes that are among the best `top` of at least one pixel; maps is [T, 1, h, w].
    private Value Survivors(Value maps, Dim classes, int top)
    {
        using var scope = _graph.Scope("survivors");
        var count = _graph.Node("Min", [_graph.ToVector(classes), _graph.Vector(top)]);
        var best = _graph.Nodes("TopK", [maps, count], 2, ("axis", 0), ("largest", 1), ("sorted", 0))[1];
        var chosen = _graph.Reshape(best, Dim.Infer);
        var none = _graph.Node("Expand", [_graph.Scalar(0L), _graph.ToVector(classes)]);
        var ones = _graph.Node("Expand", [_graph.Scalar(1L), _graph.Node("Shape", [chosen])]);
        var alive = _graph.Node("ScatterElements", [none, chosen, ones], ("axis", 0));
        return _graph.Squeeze(_graph.Node("NonZero", [alive]), 0);
    }
}
