using Microsoft.ML.OnnxRuntime;
using OpenSegR.Realtime.Graph;

namespace OpenSegR.Realtime.Inference;

/// <summary>
/// A loaded segmentor network. Pictures go through <see cref="SegmentorBuffers"/>, which stay bound from run to run; several buffers may be
/// run at the same time from several threads.
/// </summary>
public sealed class SegmentorSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();

    internal SegmentorSession(
        InferenceSession session, (int Height, int Width)? size, int queries, int dimension, SegmentorOutputs outputs, int? prompts = null,
        OrtAllocator? hostMemory = null)
    {
        _session = session;
        HostMemory = hostMemory;
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

    /// <summary>What the buffers of a network on a GPU are allocated with, or null for managed memory. Disposed with the session.</summary>
    internal OrtAllocator? HostMemory { get; }

    /// <summary>Creates the buffers of one picture. The caller disposes them before the session.</summary>
    public SegmentorBuffers CreateBuffers() => new(this, _session.CreateIoBinding());

    /// <summary>Runs the network on what the buffers hold; their outputs are valid afterwards. Allocates no managed memory.</summary>
    /// <exception cref="InvalidOperationException">The buffers belong to another session, or have no size or no classifier yet.</exception>
    /// <exception cref="SegrException">ONNX Runtime failed.</exception>
    public void Run(SegmentorBuffers buffers)
    {
        ArgumentNullException.ThrowIfNull(buffers);
        var binding = buffers.Bind(this);
        try
        {
            _session.RunWithBinding(_runOptions, binding);
        }
        catch (OnnxRuntimeException error)
        {
            throw new SegrException($"the network failed: {CustomOperatorLibrary.FirstLine(error.Message)}", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _runOptions.Dispose();
        HostMemory?.Dispose();
        _session.Dispose();
    }
}
