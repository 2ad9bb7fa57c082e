using Google.Protobuf;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Graph.Sed;
using OpenSegR.Realtime.Models;

namespace OpenSegR.Realtime.Inference;

/// <summary>
/// A SED model folder made runnable: it generates the graphs that are asked for and loads them. Sessions and encoders are independent of one
/// another and of this object once created.
/// </summary>
public sealed class SedModel
{
    private const string TextPrefix = "sem_seg_head.predictor.clip_model.";

    private readonly ModelFolder _folder;
    private readonly SedSizes _sizes;
    private readonly WeightTable _weights;
    private readonly SessionFactory _sessions;
    private readonly GraphCache _cache;

    /// <summary>Prepares an open model folder, which stays the caller's and is not needed after the last session was created.</summary>
    /// <exception cref="ModelException">The folder holds a model of another architecture.</exception>
    public SedModel(ModelFolder folder, SessionFactory sessions)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(sessions);
        _folder = folder;
        _sessions = sessions;
        _sizes = folder.Manifest.Sed
            ?? throw new ModelException($"'{folder.Path}' holds a model of architecture '{folder.Manifest.Architecture}', '{ModelManifest.SedArchitecture}' is needed");
        _weights = new WeightTable(folder.Manifest.WeightsFile, folder.Weights.Tensors);
        _cache = new GraphCache(folder.Path, folder.WeightsHash);
    }

    /// <summary>Loads the segmentor for one input size.</summary>
    /// <param name="height">Height in pixels, a multiple of 32; the reference runs at 768.</param>
    /// <param name="width">Width in pixels, a multiple of 32.</param>
    /// <param name="topClasses">Classes that each pixel may keep alive in each decoder step (the reference's TOPK), or null for all.</param>
    /// <exception cref="InputException">A side is no multiple of 32.</exception>
    /// <exception cref="ModelException">The model cannot be loaded.</exception>
    public SedSession CreateSegmentor(int height, int width, int? topClasses = null)
    {
        var options = new SedGraphOptions { Size = (height, width), Operators = _sessions.Operators, TopClasses = topClasses };
        var graph = _cache.GetOrAdd(
            $"sed-{width}x{height}", $"{_sizes}\n{options}", () => SedGraph.Build(_sizes, _weights, options).ToByteArray());
        return new SedSession(_sessions.Create(graph, _folder.Path), height, width, _sizes);
    }

    /// <summary>Loads the text tower.</summary>
    /// <exception cref="ModelException">The model cannot be loaded.</exception>
    public OnnxTextEncoder CreateTextEncoder()
    {
        var graph = _cache.GetOrAdd(
            "text",
            $"{_sizes}\n{_sessions.Operators}",
            () => TextTowerGraph.Build(_weights, TextPrefix, _sizes.TextLayers, _sizes.TextHeads, _sessions.Operators).ToByteArray());
        return new OnnxTextEncoder(
            _sessions.Create(graph, _folder.Path),
            _sizes.EmbedDim,
            _sizes.TextContext,
            _sizes.TextVocabulary,
            OnnxTextEncoder.FingerprintOf(_folder.WeightsHash, _sizes.TextHeads));
    }
}
