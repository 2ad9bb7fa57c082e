using System.Collections.Immutable;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Graph.Protos;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Models;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Inference;

/// <summary>
/// A model folder made runnable: it generates the graphs that are asked for and loads them. Sessions and encoders are independent of one
/// another and of this object once created.
/// </summary>
public abstract class SegmentationNetwork
{
    private readonly ModelFolder _folder;
    private readonly Lock _gate = new();
    private SessionFactory _sessions;
    private readonly GraphCache _cache;

    private protected SegmentationNetwork(ModelFolder folder, SessionFactory sessions)
    {
        _folder = folder;
        _sessions = sessions;
        Weights = new WeightTable(folder.Manifest.WeightsFile, folder.Weights.Tensors);
        _cache = new GraphCache(folder.Path, folder.WeightsHash);
    }

    /// <summary>C, length of a text row.</summary>
    public int EmbedDim => Sizes.EmbedDim;

    /// <summary>Length of a row of token ids.</summary>
    public int TextContext => Sizes.TextContext;

    /// <summary>Tokens that the text tower knows.</summary>
    public int TextVocabulary => Sizes.TextVocabulary;

    /// <summary>Q, queries, each of which proposes one mask; 0 for a network that scores every pixel directly and so knows no objects.</summary>
    public abstract int Queries { get; }

    /// <summary>What post-processing needs of the network.</summary>
    public abstract SegmentorOutputs Outputs { get; }

    /// <summary>Names of the intermediate tensors that <see cref="Dump"/> can return, in the order of the network.</summary>
    public abstract IReadOnlyList<string> DumpNames { get; }

    /// <summary>
    /// Identifies the text tower: its weights, the number of heads, which the weights do not tell, and half precision, whose features are
    /// a little different.
    /// </summary>
    public string TextFingerprint => $"{_folder.WeightsHash}/{Sizes.TextHeads}{TextPrecision}";

    private string TextPrecision => Sessions.Operators.HalfType switch
    {
        null => "",
        TensorProto.Types.DataType.Bfloat16 => "/bf16",
        _ => "/fp16",
    };

    /// <summary>What runs its sessions now: another than at the beginning where that failed.</summary>
    internal SessionFactory Sessions => Volatile.Read(ref _sessions);

    private protected WeightTable Weights { get; }

    /// <summary>What stands before the names of the text tower's tensors.</summary>
    private protected abstract string TextPrefix { get; }

    /// <summary>P, text rows of each class that the network takes side by side; null where rows of a class compete.</summary>
    private protected virtual int? Prompts => null;

    /// <summary>The model's sizes; its graphs depend on them besides weights and options.</summary>
    private protected abstract ClipSizes Sizes { get; }

    /// <summary>Frames that its segmentor works on side by side where so many are asked for: see <see cref="Segmentation.SegmentorOptions.FramesAtOnce"/>.</summary>
    /// <param name="wanted">At least 1, or 0 for as many as suit the network.</param>
    internal int FramesAtOnce(int wanted)
    {
        // A network of so few weights spends its time in operators of some hundred microseconds; those of a large one keep every thread busy,
        // and its activations are too many to hold twice without need.
        const long SmallNetwork = 64L << 20;
        const int Most = 4;
        return !Sessions.RunsSideBySide ? 1
            : wanted > 0 ? wanted
            : _folder.Manifest.Files[_folder.Manifest.WeightsFile].Bytes <= SmallNetwork ? Math.Clamp(Sessions.Threads, 1, Most)
            : 1;
    }

    /// <summary>Prepares an open model folder, which stays the caller's and is not needed after the last session was created.</summary>
    public static SegmentationNetwork Open(ModelFolder folder, SessionFactory sessions)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return folder.Manifest.Sed is null ? new MaftPlusModel(folder, sessions) : new SedModel(folder, sessions);
    }

    /// <summary>Throws where words were embedded for another model.</summary>
    /// <exception cref="InputException">They were, or no class is in play.</exception>
    public void Check(TextClassifier classifier)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        SegmentorInputs.Check(classifier, EmbedDim, Prompts);
    }

    /// <summary>Loads the segmentor for one input size, which is faster, or for any.</summary>
    /// <param name="size">Height and width in pixels, multiples of 32; null for any.</param>
    /// <param name="outputs">What it shall compute.</param>
    /// <param name="topClasses">
    /// SED: classes that each pixel may keep alive in each decoder step (the reference's TOPK), null for all: faster with many classes.
    /// </param>
    /// <param name="framesAtOnce">Frames that are in the network at the same time, which share the threads of the CPU.</param>
    /// <exception cref="InputException">A side is no multiple of 32.</exception>
    /// <exception cref="ModelException">The model cannot be loaded.</exception>
    public SegmentorSession CreateSegmentor((int Height, int Width)? size, SegmentorOutputs outputs, int? topClasses = null, int framesAtOnce = 1)
    {
        var sessions = Sessions;
        if (Queries == 0 && sessions.Gpu is not null)
        {
            sessions.NotifyOnce("frames are prepared and labelled on the CPU: the GPU's kernels are for MAFT+ models, this is SED");
        }

        var options = new SegmentorGraphOptions { Size = size, Outputs = outputs, Operators = sessions.Operators, TopClasses = topClasses };
        var what = size is var (height, width) ? $"segmentor-{width}x{height}" : "segmentor-any";
        var graph = _cache.GetOrAdd(what, $"{Sizes}\n{options}", () => Build(options).ToByteArray());
        try
        {
            var session = sessions.Create(
                graph, _folder.Path, Queries > 0 ? SessionPurpose.Frames : SessionPurpose.Inspection, InputRanges(size), framesAtOnce,
                _folder.WeightsHash);
            return new SegmentorSession(session, size, Queries, EmbedDim, outputs, Prompts, sessions);
        }
        catch (SegrException error) when (FallBack(sessions, error.Message))
        {
            return CreateSegmentor(size, outputs, topClasses, framesAtOnce);
        }
    }

    /// <summary>Leaves a provider that failed: sessions made from now on run on the next one.</summary>
    /// <param name="failed">What made the session that failed.</param>
    /// <param name="why">What happened, in one line.</param>
    /// <returns>False where there is no other, or the user wants that one and no other.</returns>
    internal bool FallBack(SessionFactory failed, string why)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(failed, _sessions))
            {
                return true;
            }

            if (failed.FallBack(why) is not { } next)
            {
                return false;
            }

            _sessions = next;
            return true;
        }
    }

    /// <summary>Loads the text tower.</summary>
    /// <exception cref="ModelException">The model cannot be loaded.</exception>
    public OnnxTextEncoder CreateTextEncoder()
    {
        var sessions = Sessions;
        var graph = _cache.GetOrAdd(
            "text",
            $"{Sizes}\n{sessions.Operators}",
            () => TextTowerGraph.Build(Weights, TextPrefix, Sizes.TextLayers, Sizes.TextHeads, sessions.Operators).ToByteArray());
        try
        {
            return new OnnxTextEncoder(sessions.Create(graph, _folder.Path, SessionPurpose.Text), EmbedDim, TextContext, TextVocabulary, TextFingerprint, sessions);
        }
        catch (SegrException error) when (FallBack(sessions, error.Message))
        {
            return CreateTextEncoder();
        }
    }

    /// <summary>Runs the segmentor once and returns intermediate tensors under the reference's names and shapes.</summary>
    /// <param name="image">[3, height, width] RGB planes, normalised, zero where it is padding.</param>
    /// <param name="height">A multiple of 32.</param>
    /// <param name="width">A multiple of 32.</param>
    /// <param name="classifier">The words.</param>
    /// <param name="names">Names out of <see cref="DumpNames"/>.</param>
    /// <exception cref="InputException">A side is no multiple of 32, a name is unknown, or the words were embedded for another model.</exception>
    public IReadOnlyList<NamedTensor> Dump(
        ReadOnlySpan<float> image, int height, int width, TextClassifier classifier, IReadOnlyCollection<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        Check(classifier);
        var options = new SegmentorGraphOptions
        {
            Size = (height, width),
            Outputs = SegmentorOutputs.None,
            Operators = Sessions.Operators,
            Dumps = names.ToImmutableSortedSet(),
            // The reference keeps the axis of reasons with reasoning only.
            DumpReasons = classifier.ReasonCount > 1,
        };
        using var session = Sessions.Create(Build(options).ToByteArray(), _folder.Path);
        using var inputs = new SegmentorInputs(classifier, Prompts);
        using var imageValue = OrtValue.CreateTensorValueFromMemory(image.ToArray(), [1, 3, height, width]);
        using var runOptions = new RunOptions();
        using var outputs = session.Run(
            runOptions, [SegmentorTensors.Image, .. inputs.Names], [imageValue, .. inputs.Values], session.OutputNames);
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
        if (vocabulary is not null)
        {
            Check(vocabulary);
        }

        var options = new SegmentorGraphOptions { Size = size, Outputs = outputs, Vocabulary = vocabulary };
        OnnxExporter.Write(path, Build(options), _folder.Weights);
    }

    // What the inputs' free sides may be, for engines that are built for a range: up to 1024 rows of words or classes, 16 reasons.
    private IReadOnlyList<ShapeRange> InputRanges((int Height, int Width)? size)
    {
        const int Most = 1024, Usual = 64;
        var (least, usual, largest) = size is { } fixedSize ? (fixedSize, fixedSize, fixedSize) : ((32, 32), (640, 640), (1280, 2560));
        var image = new ShapeRange(SegmentorTensors.Image, Picture(least), Picture(usual), Picture(largest));
        return Prompts is { } prompts
            ? [image, new(SegmentorTensors.TextFeatures, [1, prompts, EmbedDim], [Usual, prompts, EmbedDim], [Most, prompts, EmbedDim])]
            :
            [
                image,
                new(SegmentorTensors.TextClassifier, [1, EmbedDim], [Usual, EmbedDim], [Most, EmbedDim]),
                new(SegmentorTensors.Groups, [1, 1, 1], [1, Usual, 4], [16, Most, 64]),
            ];

        static long[] Picture((int Height, int Width) side) => [1, 3, side.Height, side.Width];
    }

    private protected abstract ModelProto Build(SegmentorGraphOptions options);

    private static NamedTensor ToNamedTensor(string name, OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        int[] shape = [.. info.Shape.Select(side => (int)side)];
        return info.ElementDataType == TensorElementType.UInt8
            ? NamedTensor.From(name, value.GetTensorDataAsSpan<byte>().ToArray(), shape)
            : NamedTensor.From(name, value.GetTensorDataAsSpan<float>().ToArray(), shape);
    }
}
