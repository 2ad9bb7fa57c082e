using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Graph.MaftPlus;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Models;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Inference;

/// <summary>
/// A MAFT+ (or OpenSeg-R) model folder made runnable: it generates the graphs that are asked for and loads them. Sessions and encoders are
/// independent of one another and of this object once created.
/// </summary>
public sealed class MaftPlusModel
{
    private const string TextPrefix = "backbone.clip_model.";

    private readonly ModelFolder _folder;
    private readonly MaftPlusSizes _sizes;
    private readonly WeightTable _weights;
    private readonly SessionFactory _sessions;
    private readonly GraphCache _cache;

    /// <summary>Prepares an open model folder, which stays the caller's and is not needed after the last session was created.</summary>
    /// <exception cref="ModelException">The folder holds a model of another architecture.</exception>
    public MaftPlusModel(ModelFolder folder, SessionFactory sessions)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(sessions);
        _folder = folder;
        _sessions = sessions;
        _sizes = folder.Manifest.MaftPlus
            ?? throw new ModelException($"'{folder.Path}' holds a model of architecture '{folder.Manifest.Architecture}', '{ModelManifest.MaftPlusArchitecture}' is needed");
        _weights = new WeightTable(folder.Manifest.WeightsFile, folder.Weights.Tensors);
        _cache = new GraphCache(folder.Path, folder.WeightsHash);
    }

    /// <summary>Names of the intermediate tensors that <see cref="Dump"/> can return, in the order of the network.</summary>
    public IReadOnlyList<string> DumpNames
    {
        get
        {
            var levels = Enumerable.Range(0, 3).Select(level => $"multi_scale.{level}");
            var layers = Enumerable.Range(0, _sizes.DecoderLayers)
                .SelectMany(layer => new[] { $"aux.{layer}.pred_logits", $"aux.{layer}.pred_masks", $"attn_mask.{layer}" });
            return
            [
                "input", "text_classifier_with_void", "stem", "res2", "res3", "res4", "res5", "clip_vis_dense", .. levels, "mask_features",
                .. layers, $"attn_mask.{_sizes.DecoderLayers}", "pred_masks", "pred_logits", "mask_for_pooling",
                "pooled_clip_feature_raw", "pooled_clip_feature", "img_feat", "cdt_out", "out_vocab_logits", "mask_cls",
            ];
        }
    }

    /// <summary>Loads the segmentor for one input size, which is faster, or for any.</summary>
    /// <param name="size">Height and width in pixels, multiples of 32; null for any.</param>
    /// <param name="outputs">What it shall compute.</param>
    /// <exception cref="InputException">A side is no multiple of 32.</exception>
    /// <exception cref="ModelException">The model cannot be loaded.</exception>
    public SegmentorSession CreateSegmentor((int Height, int Width)? size, SegmentorOutputs outputs)
    {
        var options = new MaftPlusGraphOptions { Size = size, Outputs = outputs, Operators = _sessions.Operators };
        var what = size is var (height, width) ? $"segmentor-{width}x{height}" : "segmentor-any";
        var graph = _cache.GetOrAdd(what, $"{_sizes}\n{options}", () => MaftPlusGraph.Build(_sizes, _weights, options).ToByteArray());
        return new SegmentorSession(_sessions.Create(graph, _folder.Path), size, _sizes.Queries, _sizes.EmbedDim, outputs);
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

    /// <summary>Runs the segmentor once and returns intermediate tensors under the reference's names and shapes.</summary>
    /// <param name="image">[3, height, width] RGB planes, normalised, zero where it is padding.</param>
    /// <param name="height">A multiple of 32.</param>
    /// <param name="width">A multiple of 32.</param>
    /// <param name="classifier">The words.</param>
    /// <param name="reasoning">True to keep the axis of reasons in class logits, as the reference does with reasoning.</param>
    /// <param name="names">Names out of <see cref="DumpNames"/>.</param>
    /// <exception cref="InputException">A side is no multiple of 32, or a name is unknown.</exception>
    public IReadOnlyList<NamedTensor> Dump(
        ReadOnlySpan<float> image, int height, int width, TextClassifier classifier, bool reasoning, IReadOnlyCollection<string> names)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(names);
        var options = new MaftPlusGraphOptions
        {
            Size = (height, width),
            Outputs = SegmentorOutputs.None,
            Operators = _sessions.Operators,
            Dumps = [.. names],
            DumpReasons = reasoning,
        };
        using var session = _sessions.Create(MaftPlusGraph.Build(_sizes, _weights, options).ToByteArray(), _folder.Path);
        var groups = TextGroups.Create(classifier);
        using var imageValue = OrtValue.CreateTensorValueFromMemory(image.ToArray(), [1, 3, height, width]);
        using var rowsValue = OrtValue.CreateTensorValueFromMemory(classifier.Embeddings, [classifier.RowCount, classifier.Dimension]);
        using var groupsValue = OrtValue.CreateTensorValueFromMemory(groups.Rows, [groups.Reasons, groups.Classes, groups.Longest]);
        using var runOptions = new RunOptions();
        using var outputs = session.Run(
            runOptions,
            [SegmentorTensors.Image, SegmentorTensors.TextClassifier, SegmentorTensors.Groups],
            [imageValue, rowsValue, groupsValue],
            session.OutputNames);
        return [.. session.OutputNames.Zip(outputs, ToNamedTensor)];
    }

    /// <summary>
    /// Writes the segmentor as a stand-alone ONNX file of standard operators, for other runtimes; its weights go into a second file beside
    /// it, PATH + ".data".
    /// </summary>
    /// <param name="path">The file to write, usually *.onnx.</param>
    /// <param name="size">Height and width in pixels, multiples of 32; null for any.</param>
    /// <param name="outputs">What the graph shall compute.</param>
    /// <param name="vocabulary">Words to store in it, or null to make them inputs.</param>
    /// <exception cref="InputException">A side is no multiple of 32, or the files cannot be written.</exception>
    public void Export(string path, (int Height, int Width)? size, SegmentorOutputs outputs, TextClassifier? vocabulary)
    {
        var options = new MaftPlusGraphOptions { Size = size, Outputs = outputs, Vocabulary = vocabulary };
        OnnxExporter.Write(path, MaftPlusGraph.Build(_sizes, _weights, options), _folder.Weights);
    }

    private static NamedTensor ToNamedTensor(string name, OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        int[] shape = [.. info.Shape.Select(side => (int)side)];
        return info.ElementDataType == TensorElementType.UInt8
            ? NamedTensor.From(name, value.GetTensorDataAsSpan<byte>().ToArray(), shape)
            : NamedTensor.From(name, value.GetTensorDataAsSpan<float>().ToArray(), shape);
    }
}
