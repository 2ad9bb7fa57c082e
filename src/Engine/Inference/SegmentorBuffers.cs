using Microsoft.ML.OnnxRuntime;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Inference;

/// <summary>
/// Input and outputs of one picture on its way through a <see cref="SegmentorSession"/>. Memory is allocated when the size or the
/// classifier changes, never by a run. One thread at a time.
/// </summary>
public sealed class SegmentorBuffers : IDisposable
{
    private const int MaskStride = 4;

    private readonly SegmentorSession _session;
    private readonly OrtIoBinding _binding;
    private readonly PinnedTensor<float> _image;
    private readonly PinnedTensor<float> _maskLogits;
    private readonly PinnedTensor<float> _maskClasses;
    private readonly PinnedTensor<float> _classScores;
    private readonly PinnedTensor<float> _semanticScores;
    private readonly PinnedTensor<ushort> _labels;
    private TextClassifier? _classifier;
    private SegmentorInputs? _words;

    internal SegmentorBuffers(SegmentorSession session, OrtIoBinding binding)
    {
        _session = session;
        _binding = binding;
        var host = session.HostMemory;
        _image = new PinnedTensor<float>(host);
        _maskLogits = new PinnedTensor<float>(host);
        _maskClasses = new PinnedTensor<float>(host);
        _classScores = new PinnedTensor<float>(host);
        _semanticScores = new PinnedTensor<float>(host);
        _labels = new PinnedTensor<ushort>(host);
        if (session.Size is var (height, width))
        {
            Resize(height, width);
        }
    }

    /// <summary>Height of the input, 0 before the first <see cref="Resize"/>.</summary>
    public int Height { get; private set; }

    /// <summary>Width of the input, 0 before the first <see cref="Resize"/>.</summary>
    public int Width { get; private set; }

    /// <summary>The words that the next run uses. Setting the same object again costs nothing.</summary>
    /// <exception cref="InputException">The classifier was embedded for another model.</exception>
    public TextClassifier? Classifier
    {
        get => _classifier;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (!ReferenceEquals(value, _classifier))
            {
                BindClassifier(value);
            }
        }
    }

    /// <summary>[3, Height, Width] RGB planes, normalised, zero where it is padding; the caller fills it.</summary>
    public Span<float> Image => _image.Span;

    /// <summary>[Q, Height / 4, Width / 4], see <see cref="SegmentorOutputs.MaskLogits"/>; empty where the session does not compute it.</summary>
    public ReadOnlySpan<float> MaskLogits => _maskLogits.Span;

    /// <summary>[Q, R, T+1], see <see cref="SegmentorOutputs.MaskClasses"/>; empty where the session does not compute it.</summary>
    public ReadOnlySpan<float> MaskClasses => _maskClasses.Span;

    /// <summary>[Q, T], see <see cref="SegmentorOutputs.ClassScores"/>; empty where the session does not compute it.</summary>
    public ReadOnlySpan<float> ClassScores => _classScores.Span;

    /// <summary>[T, Height / 4, Width / 4], see <see cref="SegmentorOutputs.SemanticScores"/>; empty where the session does not compute it.</summary>
    public ReadOnlySpan<float> SemanticScores => _semanticScores.Span;

    /// <summary>[Height / 4, Width / 4], see <see cref="SegmentorOutputs.Labels"/>; empty where the session does not compute it.</summary>
    public ReadOnlySpan<ushort> Labels => _labels.Span;

    /// <summary>Sets the size of the input. Where it changes, the image and the outputs are undefined afterwards.</summary>
    /// <exception cref="InputException">A side is no multiple of 32, or the session runs at one other size only.</exception>
    public void Resize(int height, int width)
    {
        if (height < 32 || width < 32 || height % 32 != 0 || width % 32 != 0)
        {
            throw new InputException($"the model cannot run at {width}x{height}: both sides must be multiples of 32");
        }

        if (_session.Size is { } only && only != (height, width))
        {
            throw new InputException($"this network was made for {only.Width}x{only.Height}, not for {width}x{height}");
        }

        (Height, Width) = (height, width);
        if (_image.Resize(1, 3, height, width))
        {
            _binding.BindInput(SegmentorTensors.Image, _image.Value);
        }

        BindOutputs();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _binding.Dispose();
        _words?.Dispose();
        _image.Dispose();
        _maskLogits.Dispose();
        _maskClasses.Dispose();
        _classScores.Dispose();
        _semanticScores.Dispose();
        _labels.Dispose();
    }

    internal OrtIoBinding Bind(SegmentorSession session)
    {
        if (!ReferenceEquals(session, _session))
        {
            throw new InvalidOperationException("these buffers belong to another session");
        }

        return _classifier is null || Height == 0
            ? throw new InvalidOperationException("the buffers need a size and a classifier before the first run")
            : _binding;
    }

    private void BindClassifier(TextClassifier classifier)
    {
        SegmentorInputs.Check(classifier, _session.Dimension, _session.Prompts);
        var words = new SegmentorInputs(classifier, _session.Prompts);
        for (var i = 0; i < words.Names.Count; i++)
        {
            _binding.BindInput(words.Names[i], words.Values[i]);
        }

        _words?.Dispose();
        _words = words;
        _classifier = classifier;
        BindOutputs();
    }

    private void BindOutputs()
    {
        if (_classifier is not { } classifier || Height == 0)
        {
            return;
        }

        var (queries, reasons, classes) = (_session.Queries, classifier.ReasonCount, classifier.ClassIndex.Length);
        var (rows, columns) = (Height / MaskStride, Width / MaskStride);
        Bind(SegmentorOutputs.MaskLogits, SegmentorTensors.MaskLogits, _maskLogits, queries, rows, columns);
        Bind(SegmentorOutputs.MaskClasses, SegmentorTensors.MaskClasses, _maskClasses, queries, reasons, classes + 1);
        Bind(SegmentorOutputs.ClassScores, SegmentorTensors.ClassScores, _classScores, queries, classes);
        Bind(SegmentorOutputs.SemanticScores, SegmentorTensors.SemanticScores, _semanticScores, classes, rows, columns);
        Bind(SegmentorOutputs.Labels, SegmentorTensors.Labels, _labels, rows, columns);
    }

    private void Bind<T>(SegmentorOutputs output, string name, PinnedTensor<T> tensor, params ReadOnlySpan<long> shape) where T : unmanaged
    {
        if ((_session.Outputs & output) != 0 && tensor.Resize(shape))
        {
            _binding.BindOutput(name, tensor.Value);
        }
    }
}
