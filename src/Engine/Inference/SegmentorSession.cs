using Microsoft.ML.OnnxRuntime;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Inference.Gpu;

namespace OpenSegR.Realtime.Inference;

/// <summary>
/// A loaded segmentor network. Pictures go through <see cref="SegmentorBuffers"/>, which stay bound from run to run; several buffers may be
/// run at the same time from several threads.
/// </summary>
public sealed class SegmentorSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private int _graphs;

    internal SegmentorSession(
        InferenceSession session, (int Height, int Width)? size, int queries, int dimension, SegmentorOutputs outputs, int? prompts,
        SessionFactory factory)
    {
        _session = session;
        Factory = factory;
        HostMemory = factory.CreateHostMemory(session);
        Records = factory.UsesCudaGraphs;
        if (Records)
        {
            // Tensors in the host's memory are copied anew for each run, which a recording would leave out.
            _runOptions.AddRunConfigEntry(GraphOption, "-1");
        }
        Size = size;
        Queries = queries;
        Dimension = dimension;
        Outputs = outputs;
        Prompts = prompts;
    }

    /// <summary>The only height and width that the network takes, or null where it takes any multiples of 32.</summary>
    public (int Height, int Width)? Size { get; }

    /// <summary>Q, number of queries; 0 for SED, which has none.</summary>
    public int Queries { get; }

    /// <summary>C, length of a text row.</summary>
    public int Dimension { get; }

    /// <summary>The outputs that it computes.</summary>
    public SegmentorOutputs Outputs { get; }

    /// <summary>P, text rows of each class that the network takes side by side (SED); null where rows compete.</summary>
    internal int? Prompts { get; }

    /// <summary>Option of a run: number of the CUDA graph that it is recorded as and replayed from, -1 for none.</summary>
    internal const string GraphOption = "gpu_graph_id";

    /// <summary>True where each run must say which CUDA graph it is.</summary>
    internal bool Records { get; }

    /// <summary>True where several buffers are run at the same time from several threads; false where the caller lets them wait for one another.</summary>
    internal bool RunsSideBySide => Factory.RunsSideBySide;

    /// <summary>What made the session, and so what runs it.</summary>
    internal SessionFactory Factory { get; }

    /// <summary>What the buffers of a network on a GPU are allocated with, or null for managed memory. Disposed with the session.</summary>
    internal OrtAllocator? HostMemory { get; }

    /// <summary>Creates the buffers of one picture. The caller disposes them before the session.</summary>
    public SegmentorBuffers CreateBuffers() => new(this, _session.CreateIoBinding());

    /// <summary>Creates the buffers of one picture in the memory of a GPU. The caller disposes them before the session.</summary>
    /// <exception cref="GpuException">The GPU has no memory left, or failed.</exception>
    internal GpuBuffers CreateBuffers(GpuDevice device) => new(this, _session.CreateIoBinding(), device);

    /// <summary>Puts the network on its GPU's stream, behind the preparation of the picture in the buffers, and returns.</summary>
    /// <exception cref="SegrException">ONNX Runtime or the GPU failed; of what fails later the slot's next call tells.</exception>
    internal void Run(GpuBuffers buffers)
    {
        var binding = buffers.Bind(this);
        buffers.Slot.BeginNetwork();
        if (Factory.Provider == ExecutionProvider.Cpu)
        {
            // It knows no streams.
            buffers.Device.Synchronize();
        }

        if (buffers.IsRecording)
        {
            Record(buffers, binding);
        }
        else
        {
            using var use = buffers.Device.Use();
            Run(buffers.Run, binding);
        }

        buffers.Slot.EndNetwork();
    }

    /// <summary>Number of the next CUDA graph, from 1; -1, which is none, after the first dozens.</summary>
    internal int NextGraph()
    {
        const int Most = 48;
        return Interlocked.Increment(ref _graphs) is var number and <= Most ? number : -1;
    }

    /// <summary>Runs the network on what the buffers hold; their outputs are valid afterwards. Allocates no managed memory.</summary>
    /// <exception cref="InvalidOperationException">The buffers belong to another session, or have no size or no classifier yet.</exception>
    /// <exception cref="SegrException">ONNX Runtime failed.</exception>
    public void Run(SegmentorBuffers buffers)
    {
        ArgumentNullException.ThrowIfNull(buffers);
        using var use = Factory.UseGpu();
        Run(_runOptions, buffers.Bind(this));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _runOptions.Dispose();
        HostMemory?.Dispose();
        _session.Dispose();
    }

    // Apart, because its closure would be allocated for every frame.
    private void Record(GpuBuffers buffers, OrtIoBinding binding)
    {
        buffers.Device.RunAlone(() => Run(buffers.Run, binding));
        buffers.Recorded();
    }

    private void Run(RunOptions options, OrtIoBinding binding)
    {
        try
        {
            _session.RunWithBinding(options, binding);
        }
        catch (OnnxRuntimeException error)
        {
            throw new SegrException($"the network failed: {CustomOperatorLibrary.FirstLine(error.Message)}", error);
        }
    }
}
