using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// The way of one frame in flight through a network: its buffers, and what is done to them. <see cref="HostFramePath"/> prepares frames and
/// makes masks on the CPU, whatever runs the network; <see cref="GpuFramePath"/> does all of it on the GPU. One thread at a time.
/// </summary>
internal abstract class FramePath(SegmentorSession session) : IDisposable
{
    /// <summary>The network; it stays its owner's and must outlive this.</summary>
    public SegmentorSession Session { get; } = session;

    /// <summary>How the picture lies in the network's input.</summary>
    public ImageGeometry Geometry { get; protected set; }

    /// <summary>The words that the picture came in with.</summary>
    public abstract TextClassifier Classifier { get; }

    /// <summary>What the network said; valid until the next <see cref="Preprocess"/>.</summary>
    public abstract NetworkOutput Output { get; }

    /// <summary>The network's input: [3, height, width].</summary>
    public abstract ReadOnlySpan<float> Input { get; }

    /// <summary>Takes a frame, which stays the caller's and is not needed afterwards.</summary>
    public abstract void Preprocess(Frame frame, in ImageGeometry geometry, TextClassifier classifier);

    /// <summary>Takes over the picture of a path that failed, from where it was prepared for the network.</summary>
    public void TakeOver(FramePath failed)
    {
        if (failed is GpuFramePath gpu)
        {
            using var frame = gpu.CopyFrame();
            Preprocess(frame, failed.Geometry, failed.Classifier);
        }
        else
        {
            TakeOver((HostFramePath)failed);
        }
    }

    /// <summary>Runs the network, or has it run.</summary>
    public abstract void Infer();

    /// <summary>Makes masks by these rules; the result stays the caller's.</summary>
    public abstract void Postprocess(Postprocessor postprocessor, SegmentationResult result);

    /// <inheritdoc/>
    public abstract void Dispose();

    private protected abstract void TakeOver(HostFramePath failed);
}
