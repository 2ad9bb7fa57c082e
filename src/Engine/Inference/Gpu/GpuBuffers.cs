using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Inference.Gpu;

/// <summary>
/// Input and outputs of one picture on its way through a <see cref="SegmentorSession"/>, all in a GPU's memory: what
/// <see cref="SegmentorBuffers"/> is in the host's. Memory is allocated when the size or the classifier changes. One thread at a time.
/// </summary>
internal sealed class GpuBuffers : IDisposable
{
    private readonly SegmentorSession _session;
    private readonly OrtIoBinding _binding;
    private readonly OrtMemoryInfo _memory;
    private readonly OrtValue?[] _tensors = new OrtValue?[3];
    private RunOptions? _run;
    private TextClassifier? _classifier;
    private SegmentorInputs? _words;

    internal GpuBuffers(SegmentorSession session, OrtIoBinding binding, GpuDevice device)
    {
        var isOnCpu = session.Factory.Provider == ExecutionProvider.Cpu;
        _session = session;
        _binding = binding;
        Device = device;
        _memory = device.DescribeMemory(isOnCpu);
        try
        {
            Slot = device.CreateSlot();
        }
        catch
        {
            _memory.Dispose();
            _binding.Dispose();
            throw;
        }
    }

    /// <summary>The frame on the GPU.</summary>
    public GpuSlot Slot { get; }

    /// <summary>The GPU.</summary>
    public GpuDevice Device { get; }

    /// <summary>Height and width of the input, 0 before the first <see cref="Prepare"/>.</summary>
    public (int Height, int Width) Size { get; private set; }

    /// <summary>The words that the next run uses.</summary>
    public TextClassifier Classifier => _classifier ?? throw new InvalidOperationException("the buffers have no classifier yet");

    /// <summary>Values of the mask logits.</summary>
    public int MaskLogitCount => _session.Queries * (Size.Height / ImageGeometry.MaskStride) * (Size.Width / ImageGeometry.MaskStride);

    /// <summary>Values of the mask classes.</summary>
    public int MaskClassCount => _session.Queries * Classifier.ReasonCount * (Classifier.ClassIndex.Length + 1);

    /// <summary>Makes all ready for a picture of this size under these words; costs nothing where neither changes.</summary>
    /// <exception cref="GpuException">The GPU has no memory left, or failed.</exception>
    public void Prepare((int Height, int Width) size, TextClassifier classifier)
    {
        if (size == Size && ReferenceEquals(classifier, _classifier))
        {
            return;
        }

        if (!ReferenceEquals(classifier, _classifier))
        {
            SegmentorInputs.Check(classifier, _session.Dimension, _session.Prompts);
            var words = new SegmentorInputs(classifier, _session.Prompts, Device, _memory);
            for (var i = 0; i < words.Names.Count; i++)
            {
                _binding.BindInput(words.Names[i], words.Values[i]);
            }

            if (_words is not null)
            {
                // A frame that was given up may still be in the network, with the words of its time.
                Device.Synchronize();
                _words.Dispose();
            }

            _words = words;
            _classifier = classifier;
            Slot.SetClasses(classifier);
        }

        Renew();
        Size = size;
        var (rows, columns) = (size.Height / ImageGeometry.MaskStride, size.Width / ImageGeometry.MaskStride);
        _binding.BindInput(SegmentorTensors.Image, View(GpuSlot.Tensor.Image, 1, 3, size.Height, size.Width));
        _binding.BindOutput(SegmentorTensors.MaskLogits, View(GpuSlot.Tensor.MaskLogits, _session.Queries, rows, columns));
        _binding.BindOutput(
            SegmentorTensors.MaskClasses, View(GpuSlot.Tensor.MaskClasses, _session.Queries, classifier.ReasonCount, classifier.ClassIndex.Length + 1));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // First the slot, which waits for what is on its way.
        Slot.Dispose();
        _binding.Dispose();
        _run?.Dispose();
        _words?.Dispose();
        foreach (var tensor in _tensors)
        {
            tensor?.Dispose();
        }

        _memory.Dispose();
    }

    /// <summary>True where the next run records the network as a CUDA graph, during which no other thread may have the GPU do something.</summary>
    internal bool IsRecording { get; private set; }

    /// <summary>How the network is run. Valid until the next <see cref="Prepare"/>.</summary>
    internal RunOptions Run => _run ?? throw new InvalidOperationException("the buffers have no size yet");

    /// <summary>Called once the network has run.</summary>
    internal void Recorded() => IsRecording = false;

    internal OrtIoBinding Bind(SegmentorSession session) =>
        !ReferenceEquals(session, _session) ? throw new InvalidOperationException("these buffers belong to another session")
        : _classifier is null || Size.Height == 0 ? throw new InvalidOperationException("the buffers need a size and a classifier before the first run")
        : _binding;

    // A recorded network reads and writes where it did when it was recorded: other tensors need another recording. Those that are no longer
    // of use stay until the session ends, so a run that changes its words without end stops recording.
    private void Renew()
    {
        _run?.Dispose();
        _run = new RunOptions();

        // The slot's events say when the network is done; the host does not wait for it.
        _run.AddRunConfigEntry("disable_synchronize_execution_providers", "1");
        if (_session.Records)
        {
            var number = _session.NextGraph();
            IsRecording = number >= 0;
            _run.AddRunConfigEntry(SegmentorSession.GraphOption, number.ToString(CultureInfo.InvariantCulture));
        }
    }

    private OrtValue View(GpuSlot.Tensor tensor, params long[] shape)
    {
        var address = Slot.Reserve(tensor, shape.Aggregate(1L, (a, b) => a * b));
        _tensors[(int)tensor]?.Dispose();
        return _tensors[(int)tensor] = GpuDevice.View(_memory, TensorElementType.Float, sizeof(float), address, shape);
    }
}
