using OpenSegR.Realtime.Graph.Layers;
using OpenSegR.Realtime.Models;

namespace OpenSegR.Realtime.Graph.MaftPlus;

/// <summary>
/// Content-dependent transfer (reference: maft/modeling/maft/content_dependent_transfer.py): the text rows look at the image, which moves
/// them towards what is in it. Positions are added to the keys only.
/// </summary>
internal static class ContentTransfer
{
    private const string Name = "cdt.cross_atten";
    private const float Epsilon = 1e-5f;

    /// <summary>Adds the transfer: text rows [K+1, C] -> [K+1, C], not normalised again.</summary>
    public static Value Add(GraphBuilder graph, MaftPlusSizes sizes, FeatureMap image, Value text)
    {
        using var scope = graph.Scope("transfer");
        var position = SinePositions.Add(graph, image.Height, image.Width, sizes.EmbedDim);
        var heard = Attention.AddWithoutOutput(
            graph, Name + ".multihead_attn", new PlacedTokens(text, null), new PlacedTokens(image.Tokens, position), image.Tokens, sizes.TransferHeads);

        // The attention's output projection and the layer that the reference calls MLP follow each other without an activation: one matrix.
        var (outer, inner) = (graph.Weight(Name + ".MLP.weight"), Name + ".multihead_attn.out_proj");
        var weight = graph.MatMul(outer, graph.Weight(inner + ".weight"));
        var bias = graph.Add(
            graph.Squeeze(graph.MatMul(outer, graph.Unsqueeze(graph.Weight(inner + ".bias"), 1)), 1), graph.Weight(Name + ".MLP.bias"));
        var norm = new PostNorm(Name + ".norm", Epsilon);
        return sizes.Panoptic
            ? graph.Add(text, graph.Linear(heard, weight, bias, norm: norm))
            : graph.Linear(heard, weight, bias, residual: text, norm: norm);
    }
}
