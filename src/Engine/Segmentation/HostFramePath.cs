using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Segmentation;

/// <summary>Frames are prepared and masks made on the CPU; where a GPU runs the network, ONNX Runtime copies its input up and its outputs down.</summary>
internal sealed class HostFramePath(SegmentorSession session, FramePreparation preparation) : FramePath(session)
{
    private readonly SegmentorBuffers _buffers = session.CreateBuffers();

    /// <inheritdoc/>
    public override TextClassifier Classifier => _buffers.Classifier ?? throw new InvalidOperationException("the path holds no picture yet");

    /// <inheritdoc/>
    public override NetworkOutput Output => Session.Queries == 0
        ? new(_buffers.SemanticScores, Geometry, Classifier)
        : new(_buffers.MaskLogits, _buffers.MaskClasses, Session.Queries, Geometry, Classifier);

    /// <inheritdoc/>
    public override ReadOnlySpan<float> Input => _buffers.Image;

    /// <inheritdoc/>
    public override void Preprocess(Frame frame, in ImageGeometry geometry, TextClassifier classifier)
    {
        Prepare(geometry, classifier);
        preparation.Run(frame, geometry, _buffers.Image);
    }

    /// <inheritdoc/>
    public override void Infer() => Session.Run(_buffers);

    /// <inheritdoc/>
    public override void Postprocess(Postprocessor postprocessor, SegmentationResult result) => postprocessor.Run(Output, result);

    /// <inheritdoc/>
    public override void Dispose() => _buffers.Dispose();

    private protected override void TakeOver(HostFramePath failed)
    {
        Prepare(failed.Geometry, failed.Classifier);
        failed._buffers.Image.CopyTo(_buffers.Image);
    }

    private void Prepare(in ImageGeometry geometry, TextClassifier classifier)
    {
        Geometry = geometry;
        _buffers.Resize(geometry.PaddedHeight, geometry.PaddedWidth);
        _buffers.Classifier = classifier;
    }
}
