using OpenSegR.Realtime.Graph.Layers;
using OpenSegR.Realtime.Graph.Protos;
using OpenSegR.Realtime.Models;

namespace OpenSegR.Realtime.Graph.MaftPlus;

/// <summary>
/// The masked transformer decoder (reference: MultiScaleMaskedTransformerDecoder in fcclip_transformer_decoder.py): queries look at one
/// level after another, each only where its own mask of the layer before says so. What the reference computes after every layer for its
/// losses alone (class logits, full-size masks) is left out, except where a dump asks for it.
/// </summary>
internal sealed class MaskDecoder
{
    private const string Name = "sem_seg_head.predictor";
    private const float Epsilon = 1e-5f;

    // Added to attention scores that are not allowed. exp() of it is zero in every precision, and it fits half precision.
    private const float Blocked = -30000f;

    private readonly GraphBuilder _graph;
    private readonly MaftPlusSizes _sizes;
    private readonly GraphDumps _dumps;
    private readonly MaskHead _masks;
    private readonly TextRows _text;
    private readonly (Dim Height, Dim Width) _size;
    private readonly IReadOnlyList<FeatureMap> _levels;

    /// <summary>Prepares the decoder.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="sizes">The model's sizes.</param>
    /// <param name="pixels">The pixel decoder's result.</param>
    /// <param name="size">Height and width of its fine features.</param>
    /// <param name="text">The words, before the content-dependent transfer.</param>
    /// <param name="dumps">Dumps asked for.</param>
    public MaskDecoder(
        GraphBuilder graph, MaftPlusSizes sizes, PixelDecoderOutput pixels, (Dim Height, Dim Width) size, TextRows text, GraphDumps dumps)
    {
        _graph = graph;
        _sizes = sizes;
        _dumps = dumps;
        _text = text;
        _size = size;
        _levels = pixels.Levels;
        _masks = new MaskHead(graph, pixels.Fine, sizes.PixelDecoderWidth, size, pixels.Levels);
    }

    /// <summary>Adds the layers.</summary>
    /// <param name="positions">Sine positions of each level, [h*w, decoder width].</param>
    public MaskDecoderOutput Add(IReadOnlyList<Value> positions)
    {
        using var scope = _graph.Scope("mask_decoder");
        var memory = new Value[_levels.Count];
        for (var l = 0; l < _levels.Count; l++)
        {
            var source = _sizes.DecoderInputProjection
                ? _graph.Linear(_levels[l].Tokens, $"{Name}.input_proj.{l}")
                : _levels[l].Tokens;
            memory[l] = _graph.Add(source, _graph.Weight(Name + ".level_embed.weight", l, 1));
        }

        var queryPositions = _graph.Weight(Name + ".query_embed.weight");
        var output = _graph.Weight(Name + ".query_feat.weight");
        for (var i = 0; i < _sizes.DecoderLayers; i++)
        {
            using var layer = _graph.Scope($"layer{i}");
            var level = i % _levels.Count;
            var head = Head(output);
            DumpHead(head, i);
            var mask = AttentionMask(head, level, i);
            output = CrossAttention($"{Name}.transformer_cross_attention_layers.{i}", output, queryPositions, new PlacedTokens(memory[level], positions[level]), mask);
            output = SelfAttention($"{Name}.transformer_self_attention_layers.{i}", output, queryPositions);
            output = FeedForward($"{Name}.transformer_ffn_layers.{i}", output);
        }

        return Finish(output);
    }

    private MaskDecoderOutput Finish(Value output)
    {
        using var scope = _graph.Scope("head");
        var head = Head(output);
        var last = _sizes.DecoderLayers;
        _dumps.Add(
            $"attn_mask.{last}",
            () => _graph.Cast(IsBlocked(_masks.AtLevel(head.Queries, last % _levels.Count)), TensorProto.Types.DataType.Uint8),
            TensorProto.Types.DataType.Uint8,
            _sizes.Queries,
            $"attn_mask.{last}.pixels");
        var masks = _masks.Full(head.Queries);
        return new MaskDecoderOutput(masks, _masks.AtLevel(head.Queries, 0), ClassLogitsOf(head, masks));
    }

    private PredictionHead Head(Value output)
    {
        using var scope = _graph.Scope("prediction");
        var normalised = _graph.LayerNorm(output, Name + ".decoder_norm", Epsilon);
        return new PredictionHead(normalised, _masks.Prepare(Mlp(normalised, Name + ".mask_embed")));
    }

    private Value ClassLogitsOf(PredictionHead head, Value fullLogits)
    {
        var pooled = _graph.LayerNorm(_masks.Pool(fullLogits), Name + "._mask_pooling_proj.0", Epsilon);
        var projected = _graph.Linear(pooled, Name + "._mask_pooling_proj.1");
        var features = Mlp(_graph.Add(projected, head.Normalised), Name + ".class_embed");
        return ClassLogits.Add(_graph, features, _text, Name + ".logit_scale");
    }

    // Query q may look at pixel p of the level unless its mask excludes it; a query whose mask is empty may look everywhere. As this
    // project's attention takes it, or as what is added to scores: 0 or Blocked.
    private Value AttentionMask(PredictionHead head, int level, int layer)
    {
        using var scope = _graph.Scope("attention_mask");
        _dumps.Add(
            $"attn_mask.{layer}",
            () => _graph.Cast(IsBlocked(_masks.AtLevel(head.Queries, level)), TensorProto.Types.DataType.Uint8),
            TensorProto.Types.DataType.Uint8,
            _sizes.Queries,
            $"attn_mask.{layer}.pixels");
        if (_graph.Operators.Dense)
        {
            return _masks.AtLevelByPixel(head.Queries, level);
        }

        var logits = _masks.AtLevel(head.Queries, level);
        var blocked = IsBlocked(logits);
        var seesSomething = _graph.Node("GreaterOrEqual", [_graph.ReduceMax(logits, 1, keepAxis: true), _graph.Scalar(0f)]);
        return _graph.Node("Where", [_graph.Node("And", [blocked, seesSomething]), _graph.Scalar(Blocked), _graph.Scalar(0f)]);
    }

    // The reference's sigmoid(logit) < 0.5.
    private Value IsBlocked(Value logits) => _graph.Node("Less", [logits, _graph.Scalar(0f)]);

    private Value CrossAttention(string name, Value output, Value queryPositions, PlacedTokens memory, Value mask)
    {
        using var scope = _graph.Scope("cross");
        var placed = new PlacedTokens(output, queryPositions);
        return Attention.Add(
            _graph, name + ".multihead_attn", placed, memory, memory.Tokens, _sizes.DecoderHeads, output, new PostNorm(name + ".norm", Epsilon), mask);
    }

    private Value SelfAttention(string name, Value output, Value queryPositions)
    {
        using var scope = _graph.Scope("self");
        var placed = new PlacedTokens(output, queryPositions);
        return Attention.Add(
            _graph, name + ".self_attn", placed, placed, output, _sizes.DecoderHeads, output, new PostNorm(name + ".norm", Epsilon));
    }

    private Value FeedForward(string name, Value output)
    {
        using var scope = _graph.Scope("ffn");
        return _graph.Mlp(
            output, name + ".linear1", name + ".linear2", Activation.Relu, residual: output, norm: new PostNorm(name + ".norm", Epsilon));
    }

    private Value Mlp(Value rows, string name)
    {
        var first = _graph.Linear(rows, name + ".layers.0", Activation.Relu);
        return _graph.Mlp(first, name + ".layers.1", name + ".layers.2", Activation.Relu);
    }

    private void DumpHead(PredictionHead head, int layer)
    {
        var (masksName, logitsName) = ($"aux.{layer}.pred_masks", $"aux.{layer}.pred_logits");
        if (!_dumps.Wants(masksName) && !_dumps.Wants(logitsName))
        {
            return;
        }

        var masks = _masks.Full(head.Queries);
        _dumps.AddChannelsFirst(masksName, () => masks, _sizes.Queries, _size.Height, _size.Width);
        ClassLogits.Dump(_graph, _dumps, logitsName, () => ClassLogitsOf(head, masks), _sizes.Queries, _text.Reasoning);
    }

    private readonly record struct PredictionHead(Value Normalised, MaskQueries Queries);
}
