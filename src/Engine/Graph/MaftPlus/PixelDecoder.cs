using OpenSegR.Realtime.Graph.Layers;
using OpenSegR.Realtime.Models;

namespace OpenSegR.Realtime.Graph.MaftPlus;

/// <summary>
/// The multi-scale deformable pixel decoder (reference: maft/modeling/pixel_decoder/msdeformattn.py, class MSDeformAttnPixelDecoder):
/// res5, res4 and res3 exchange features in deformable-attention layers, res2 joins through a feature-pyramid step.
/// </summary>
internal static class PixelDecoder
{
    private const string Name = "sem_seg_head.pixel_decoder";
    private const float Epsilon = 1e-5f;

    /// <summary>Adds the decoder.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="sizes">The model's sizes.</param>
    /// <param name="trunk">res2, res3, res4, res5.</param>
    /// <param name="positions">Sine positions of each level, coarse first, [h*w, width].</param>
    public static PixelDecoderOutput Add(
        GraphBuilder graph, MaftPlusSizes sizes, IReadOnlyList<FeatureMap> trunk, IReadOnlyList<Value> positions)
    {
        using var scope = graph.Scope("pixel_decoder");
        var (res2, coarseFirst) = (trunk[0], new[] { trunk[3], trunk[2], trunk[1] });
        var levels = EncodeLevels(graph, sizes, coarseFirst, positions);
        return new PixelDecoderOutput(levels, FinestLevel(graph, sizes, res2, levels[^1]));
    }

    /// <summary>Adds the last convolution, 1x1: fine features -> mask features [mask dim, h*w].</summary>
    public static Value AddMaskFeatures(GraphBuilder graph, Value fine)
    {
        var channelsFirst = graph.Operators.Dense ? graph.Transpose(fine, 1, 0) : fine;
        var product = graph.MatMul(graph.MatrixWeight(Name + ".mask_features.weight"), channelsFirst);
        return graph.Add(product, graph.Unsqueeze(graph.Weight(Name + ".mask_features.bias"), 1));
    }

    private static FeatureMap[] EncodeLevels(
        GraphBuilder graph, MaftPlusSizes sizes, FeatureMap[] coarseFirst, IReadOnlyList<Value> positions)
    {
        var width = sizes.PixelDecoderWidth;
        var levels = new FeatureMap[coarseFirst.Length];
        var sources = new Value[levels.Length];
        var levelPositions = new Value[levels.Length];
        for (var l = 0; l < levels.Length; l++)
        {
            using var level = graph.Scope($"input{l}");
            sources[l] = ProjectInput(graph, coarseFirst[l].Tokens, $"{Name}.input_proj.{l}", width);
            levelPositions[l] = graph.Add(positions[l], graph.Weight(Name + ".transformer.level_embed", l, 1));
            levels[l] = coarseFirst[l] with { Tokens = sources[l], Channels = width };
        }

        // All levels one after the other: [S, C].
        var source = graph.Concat(0, sources);
        var position = graph.Concat(0, levelPositions);
        var attention = new DeformableAttention(graph, levels, sizes.PixelDecoderHeads, sizes.PixelDecoderPoints);
        for (var i = 0; i < sizes.PixelDecoderLayers; i++)
        {
            using var layer = graph.Scope($"layer{i}");
            var name = $"{Name}.transformer.encoder.layers.{i}";
            var middle = attention.Add(
                name + ".self_attn", new PlacedTokens(source, position), new PostNorm(name + ".norm1", Epsilon));
            source = graph.Mlp(
                middle, name + ".linear1", name + ".linear2", Activation.Relu, residual: middle,
                norm: new PostNorm(name + ".norm2", Epsilon), mayRound: true);
        }

        var pixels = graph.ToVector([.. levels.Select(level => graph.Multiply(level.Height, level.Width))]);
        var outputs = graph.Nodes("Split", [source, pixels], levels.Length, ("axis", 0));
        return [.. levels.Select((level, l) => level with { Tokens = outputs[l] })];
    }

    // A 1x1 convolution and a group norm, tokens to tokens.
    private static Value ProjectInput(GraphBuilder graph, Value tokens, string name, int width) => graph.Operators.Dense
        ? graph.GroupNormChannelsLast(graph.Linear(tokens, name + ".0"), name + ".1", Epsilon)
        : graph.Transpose(graph.GroupNorm(graph.LinearChannelsFirst(tokens, name + ".0"), name + ".1", width, Epsilon), 1, 0);

    // At stride 4: res2 brought to C channels, plus the finest level enlarged, through a 3x3 convolution.
    private static Value FinestLevel(GraphBuilder graph, MaftPlusSizes sizes, FeatureMap res2, FeatureMap finest)
    {
        using var scope = graph.Scope("fine");
        return graph.Operators.Dense ? FinestTokens(graph, sizes, res2, finest) : FinestChannels(graph, sizes, res2, finest);
    }

    private static Value FinestTokens(GraphBuilder graph, MaftPlusSizes sizes, FeatureMap res2, FeatureMap finest)
    {
        var width = sizes.PixelDecoderWidth;
        var lateral = graph.GroupNormChannelsLast(graph.Linear(res2.Tokens, Name + ".adapter_1"), Name + ".adapter_1.norm", Epsilon);
        var joined = graph.ResizeBilinearChannelsLast(
            graph.Reshape(finest.Tokens, 1, finest.Height, finest.Width, width), res2.Height, res2.Width,
            graph.Reshape(lateral, 1, res2.Height, res2.Width, width));
        var convolved = graph.ConvolveChannelsLast(joined, graph.Weight(Name + ".layer_1.weight"), null, 1, 1, mayRound: true);
        return graph.Reshape(graph.GroupNormChannelsLast(convolved, Name + ".layer_1.norm", Epsilon, Activation.Relu), Dim.Infer, width);
    }

    private static Value FinestChannels(GraphBuilder graph, MaftPlusSizes sizes, FeatureMap res2, FeatureMap finest)
    {
        var width = sizes.PixelDecoderWidth;
        var lateral = graph.GroupNorm(
            graph.LinearChannelsFirst(res2.Tokens, Name + ".adapter_1"), Name + ".adapter_1.norm", width, Epsilon);
        var coarse = graph.Reshape(graph.Transpose(finest.Tokens, 1, 0), 1, width, finest.Height, finest.Width);
        var enlarged = graph.ResizeBilinear(coarse, width, res2.Height, res2.Width);
        var joined = graph.Add(graph.Reshape(lateral, 1, width, res2.Height, res2.Width), enlarged);
        var convolved = graph.Convolve(joined, graph.Weight(Name + ".layer_1.weight"), null, 3, 1, 1);
        return graph.Relu(graph.GroupNorm(graph.Reshape(convolved, width, Dim.Infer), Name + ".layer_1.norm", width, Epsilon));
    }
}
