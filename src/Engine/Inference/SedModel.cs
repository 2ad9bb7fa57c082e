using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Graph.Protos;
using OpenSegR.Realtime.Graph.Sed;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Models;

namespace OpenSegR.Realtime.Inference;

/// <summary>A SED model: the correlation of every pixel with every prompt of every class, decoded into one score map a class.</summary>
public sealed class SedModel : SegmentationNetwork
{
    private readonly SedSizes _sizes;

    /// <summary>Prepares an open model folder, which stays the caller's and is not needed after the last session was created.</summary>
    /// <exception cref="ModelException">The folder holds a model of another architecture.</exception>
    public SedModel(ModelFolder folder, SessionFactory sessions) : base(folder, sessions) =>
        _sizes = folder.Manifest.Sed
            ?? throw new ModelException($"'{folder.Path}' holds a model of architecture '{folder.Manifest.Architecture}', '{ModelManifest.SedArchitecture}' is needed");

    /// <inheritdoc/>
    public override int Queries => 0;

    /// <inheritdoc/>
    public override SegmentorOutputs Outputs => SegmentorOutputs.SemanticScores;

    /// <inheritdoc/>
    public override IReadOnlyList<string> DumpNames { get; } =
    [
        "network_input", "clip.stem", "clip.res2", "clip.res3", "clip.res4", "clip.res5", "clip.clip_vis_dense", "corr", "corr_embed",
        "guidance.0", "guidance.1", "guidance.2", "corr_guidance.0", "corr_guidance.1", "corr_guidance.2", "mask_aux0", "decoder1.cnext",
        "decoder1.attention", "decoder1.up", "decoder1.out", "mask_aux1", "decoder2.out", "mask_aux2", "decoder3.out", "logits",
    ];

    private protected override string TextPrefix => SedLayout.Clip;

    private protected override int? Prompts => _sizes.Prompts;

    private protected override ClipSizes Sizes => _sizes;

    private protected override ModelProto Build(SegmentorGraphOptions options) => SedGraph.Build(_sizes, Weights, options);
}
