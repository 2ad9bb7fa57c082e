using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Inference.Gpu;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// Frames go up to the GPU as they are, are prepared there where the network reads them, and the label map is made where the network left
/// its masks; it alone comes down, with a score for each class or segment. The host waits once, in <see cref="Postprocess"/>.
/// </summary>
/// <exception cref="GpuException">From every member: the GPU failed.</exception>
internal sealed unsafe class GpuFramePath : FramePath
{
    private readonly FramePreparation _preparation;
    private readonly GpuBuffers _buffers;
    private readonly GpuSharing? _sharing;
    private readonly SegmentStatistics _statistics = new();
    private double[] _scoreSums = [];
    private FrameFormat _format;

    public GpuFramePath(SegmentorSession session, GpuDevice device, FramePreparation preparation, GpuSharing? sharing) : base(session)
    {
        _preparation = preparation;
        _sharing = sharing;
        _buffers = session.CreateBuffers(device);
        sharing?.Offer();
    }

    /// <inheritdoc/>
    public override TextClassifier Classifier => _buffers.Classifier;

    /// <inheritdoc/>
    public override NetworkOutput Output => new(
        _buffers.Slot.Download(GpuSlot.Tensor.MaskLogits, _buffers.MaskLogitCount),
        _buffers.Slot.Download(GpuSlot.Tensor.MaskClasses, _buffers.MaskClassCount),
        Session.Queries,
        Geometry,
        Classifier);

    /// <inheritdoc/>
    public override ReadOnlySpan<float> Input =>
        _buffers.Slot.Download(GpuSlot.Tensor.Image, 3 * Geometry.PaddedHeight * Geometry.PaddedWidth);

    /// <inheritdoc/>
    public override void Preprocess(Frame frame, in ImageGeometry geometry, TextClassifier classifier)
    {
        Geometry = geometry;
        _buffers.Prepare((geometry.PaddedHeight, geometry.PaddedWidth), classifier);
        var picture = new GpuPicture
        {
            Pixels = (byte*)frame.DangerousAddress,
            Pitch = frame.Stride,
            IsRgb = frame.Format.PixelFormat == PixelFormat.Rgb24 ? 1 : 0,
            Geometry = new GpuGeometry(geometry),
            Mean = GpuColor.From(_preparation.Mean),
            Deviation = GpuColor.From(_preparation.Deviation),
        };
        var copy = _sharing?.Rent(_buffers.Device, GpuCopyKind.Frame, 4 * frame.Width * frame.Height);
        try
        {
            _buffers.Slot.Preprocess(picture, copy);
        }
        catch
        {
            copy?.Release();
            throw;
        }

        frame.Attach(copy);

        // The slot has a copy from here on, which is what CopyFrame returns.
        _format = frame.Format;
    }

    /// <inheritdoc/>
    public override void Infer() => Session.Run(_buffers);

    /// <inheritdoc/>
    public override void Postprocess(Postprocessor postprocessor, SegmentationResult result)
    {
        var options = postprocessor.Options;
        var isPanoptic = options.Mode == SegmentationMode.Panoptic;
        if (FindLabelProblem(options.Mode) is { } problem)
        {
            Session.Factory.NotifyOnce($"masks are made on the CPU: {problem}");
            postprocessor.Run(Output, result);
            return;
        }

        var rules = Rules(options, isPanoptic);
        var labelCount = options.Resolution == OutputResolution.Frame
            ? Geometry.SourceWidth * Geometry.SourceHeight : Geometry.ValidMaskWidth * Geometry.ValidMaskHeight;
        var copy = _sharing?.Rent(_buffers.Device, GpuCopyKind.Labels, sizeof(ushort) * labelCount);
        GpuLabels labels;
        try
        {
            labels = _buffers.Slot.Label(rules, copy);
        }
        catch
        {
            copy?.Release();
            throw;
        }

        result.Mode = options.Mode;
        result.Vocabulary = Classifier.Vocabulary;
        result.Segments.Clear();
        result.InstanceMasks.Clear();
        result.Resize(labels.Width, labels.Height);
        new ReadOnlySpan<ushort>(labels.Labels, labels.Width * labels.Height).CopyTo(result.Labels);
        if (isPanoptic)
        {
            AddSegments(labels, result);
        }
        else
        {
            AddClasses(labels, result);
        }

        result.Attach(copy);
    }

    /// <summary>The frame as it came, for a path that takes over; also where the GPU has failed. The caller disposes it.</summary>
    public Frame CopyFrame()
    {
        var frame = FramePool.Shared.Rent(_format);
        _buffers.Slot.Pixels(_format.ByteCount).CopyTo(frame.Pixels);
        return frame;
    }

    /// <inheritdoc/>
    public override void Dispose() => _buffers.Dispose();

    private protected override void TakeOver(HostFramePath failed) =>
        throw new NotSupportedException("a path on the CPU keeps no pixels for one on a GPU");

    private string? FindLabelProblem(SegmentationMode mode) =>
        mode == SegmentationMode.Instance ? "instances overlap, so they are no label map"
        : GpuLibrary.segr_gpu_can_label(mode == SegmentationMode.Panoptic ? 1 : 0, Session.Queries, Classifier.ReasonCount) == 0
            ? $"the GPU's kernels have no room for {Session.Queries} queries and {Classifier.ReasonCount} reasons"
        : null;

    private GpuLabelRules Rules(PostprocessOptions options, bool isPanoptic)
    {
        var toFrame = options.Resolution == OutputResolution.Frame;
        var sampling = !toFrame ? GpuMaskSampling.Stride4
            : isPanoptic || options.MasksBeforeScores ? GpuMaskSampling.MasksToFrame
            : GpuMaskSampling.ScoresToFrame;
        return new GpuLabelRules
        {
            IsPanoptic = isPanoptic ? 1 : 0,
            Sampling = sampling,
            Geometry = new GpuGeometry(Geometry),
            Queries = Session.Queries,
            Reasons = Classifier.ReasonCount,
            Least = SemanticPostprocessor.LeastWeight(options.Resolution),
            MinScore = options.MinScore,
            Threshold = options.ObjectMaskThreshold,
            Overlap = options.OverlapThreshold,
        };
    }

    private void AddClasses(in GpuLabels labels, SegmentationResult result)
    {
        var classes = Classifier.ClassIndex.Length;
        if (_scoreSums.Length < classes)
        {
            _scoreSums = new double[classes];
        }

        for (var t = 0; t < classes; t++)
        {
            // 24 fractional bits (native/cuda/src/kernels/labels.h).
            _scoreSums[t] = labels.ScoreSums[t] * (1.0 / (1 << 24));
        }

        _statistics.AddClasses(Classifier, _scoreSums, result);
    }

    private void AddSegments(in GpuLabels labels, SegmentationResult result)
    {
        for (var i = 0; i < labels.SegmentCount; i++)
        {
            var segment = labels.Segments[i];
            result.Segments.Add(new Segment(
                i + 1, segment.ClassIndex, Classifier.Vocabulary.Classes[segment.ClassIndex].IsThing, segment.Score, 0, default));
        }

        _statistics.MeasureSegments(result);
    }
}
