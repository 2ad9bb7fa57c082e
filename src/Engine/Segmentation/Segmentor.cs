using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Models;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// A model at work: frames in, masks out. Networks are loaded for the sizes that the frames need; a second size gets a network of its
/// own, and from the third on one network serves all sizes, which is slower but not endless.
/// </summary>
public sealed class Segmentor : ISegmentor
{
    private const int MostFixedSizes = 2;

    private readonly SegmentationNetwork _model;
    private readonly ModelManifest _manifest;
    private readonly SegmentorOptions _options;
    private readonly ImagePreprocessor _preprocessor;
    private readonly StretchingPreprocessor? _stretcher;
    private readonly Dictionary<SegmentationMode, Postprocessor> _postprocessors = [];
    private readonly Lock _gate = new();
    private readonly Dictionary<(int Height, int Width), SegmentorSession> _fixed = [];
    private SegmentorSession? _any;
    private Postprocessor _postprocessor;
    private TextClassifier _classifier;

    /// <summary>Creates a segmentor; the model's networks are loaded when their size is first needed.</summary>
    /// <param name="model">The model, which is not needed to outlive its folder once networks are loaded.</param>
    /// <param name="manifest">The manifest of the same model.</param>
    /// <param name="classifier">The words to begin with.</param>
    /// <param name="options">How to run; the defaults where null.</param>
    /// <exception cref="InputException">The options contradict one another, or the classifier was embedded for another model.</exception>
    public Segmentor(SegmentationNetwork model, ModelManifest manifest, TextClassifier classifier, SegmentorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(classifier);
        _model = model;
        _manifest = manifest;
        _options = options ?? new SegmentorOptions();
        if (_options is { NativeSize: true, InputSize: not null })
        {
            throw new InputException("pictures cannot be used at their own size and be resized to a given one: choose one of the two");
        }

        _classifier = Fitting(classifier);
        _preprocessor = new ImagePreprocessor(manifest.PixelMean, manifest.PixelStd);
        _stretcher = manifest.Sed is null ? null : new StretchingPreprocessor(_preprocessor, manifest.PixelMean, manifest.PixelStd);
        _postprocessor = new Postprocessor(_options.Postprocess ?? new PostprocessOptions
        {
            ObjectMaskThreshold = manifest.ObjectMaskThreshold,
            OverlapThreshold = manifest.OverlapThreshold,
            MasksBeforeScores = manifest.MaftPlus?.Panoptic ?? false,
        });
        _postprocessors.Add(_postprocessor.Options.Mode, _postprocessor);
        CheckMode(_postprocessor.Options.Mode);
    }

    /// <inheritdoc/>
    public TextClassifier Classifier
    {
        get => Volatile.Read(ref _classifier);
        set => Volatile.Write(ref _classifier, Fitting(value));
    }

    /// <summary>Rules and thresholds of post-processing in force.</summary>
    public PostprocessOptions Postprocessing => Volatile.Read(ref _postprocessor).Options;

    /// <summary>Which output is made. May be set while a pipeline runs and takes effect with the next frame that is post-processed.</summary>
    /// <exception cref="InputException">The model knows no objects (SED) and the mode needs them.</exception>
    public SegmentationMode Mode
    {
        get => Postprocessing.Mode;
        set
        {
            CheckMode(value);
            lock (_gate)
            {
                // The one in use may be at work on another thread: each mode keeps its own until the segmentor goes.
                if (!_postprocessors.TryGetValue(value, out var postprocessor))
                {
                    _postprocessors.Add(value, postprocessor = new Postprocessor(Postprocessing with { Mode = value }));
                }

                Volatile.Write(ref _postprocessor, postprocessor);
            }
        }
    }

    /// <summary>Where a frame of this size goes in the network's input.</summary>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    public ImageGeometry GeometryOf(int width, int height) =>
        _manifest.Sed is { InputSide: var side } ? ImageGeometry.Stretch(width, height, _options.InputSize?.Width ?? side, _options.InputSize?.Height ?? side)
        : _options.InputSize is var (inputWidth, inputHeight) ? ImageGeometry.FitInside(width, height, inputWidth, inputHeight)
        : _options.NativeSize ? ImageGeometry.Native(width, height, _manifest.SizeDivisor)
        : ImageGeometry.ShortestEdge(width, height, _options.ShortSide ?? _manifest.ShortSide, _manifest.MaxSide, _manifest.SizeDivisor);

    /// <summary>Loads the network that frames of this size need, so that the first of them does not wait for it.</summary>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    public void Prepare(int width, int height) => SessionFor(GeometryOf(width, height));

    /// <inheritdoc/>
    public SegmentorSlot CreateSlot() => new Slot(this);

    /// <inheritdoc/>
    public void Preprocess(Frame frame, SegmentorSlot slot)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var own = Own(slot);
        own.Geometry = GeometryOf(frame.Width, frame.Height);
        own.Use(SessionFor(own.Geometry));
        own.Buffers.Resize(own.Geometry.PaddedHeight, own.Geometry.PaddedWidth);
        own.Buffers.Classifier = Classifier;
        own.FrameIndex = frame.Index;
        own.TimestampUs = frame.TimestampUs;
        if (_stretcher is null)
        {
            _preprocessor.Run(frame, own.Geometry, own.Buffers.Image);
        }
        else
        {
            _stretcher.Run(frame, ResizedSize(frame), own.Geometry, own.Buffers.Image);
        }
    }

    /// <inheritdoc/>
    public void Infer(SegmentorSlot slot)
    {
        var own = Own(slot);
        own.Session.Run(own.Buffers);
    }

    /// <inheritdoc/>
    public void Postprocess(SegmentorSlot slot, SegmentationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        Postprocess(slot, Volatile.Read(ref _postprocessor), result);
    }

    /// <summary>Makes masks by other rules than the segmentor's own, so that one run of the network serves several modes.</summary>
    public void Postprocess(SegmentorSlot slot, Postprocessor postprocessor, SegmentationResult result)
    {
        ArgumentNullException.ThrowIfNull(postprocessor);
        ArgumentNullException.ThrowIfNull(result);
        var own = Own(slot);
        postprocessor.Run(own.Output, result);
        result.FrameIndex = own.FrameIndex;
        result.TimestampUs = own.TimestampUs;
    }

    /// <summary>What the network said about the picture in the slot; valid until the slot's next <see cref="Preprocess"/>.</summary>
    public NetworkOutput OutputOf(SegmentorSlot slot) => Own(slot).Output;

    /// <summary>The network's input for the picture in the slot: [3, height, width], and how the picture lies in it.</summary>
    public ReadOnlySpan<float> InputOf(SegmentorSlot slot, out ImageGeometry geometry)
    {
        var own = Own(slot);
        geometry = own.Geometry;
        return own.Buffers.Image;
    }

    /// <summary>All three steps for one frame.</summary>
    /// <param name="frame">The picture; it stays the caller's.</param>
    /// <param name="result">Filled with its masks.</param>
    public void Segment(Frame frame, SegmentationResult result)
    {
        using var slot = CreateSlot();
        Preprocess(frame, slot);
        Infer(slot);
        Postprocess(slot, result);
    }

    /// <summary>Frees the networks. All slots must have been disposed.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var session in _fixed.Values)
            {
                session.Dispose();
            }

            _fixed.Clear();
            _any?.Dispose();
            _any = null;
            foreach (var postprocessor in _postprocessors.Values)
            {
                postprocessor.Dispose();
            }
        }

        _stretcher?.Dispose();
        _preprocessor.Dispose();
    }

    private SegmentorSession SessionFor(in ImageGeometry geometry)
    {
        var size = (geometry.PaddedHeight, geometry.PaddedWidth);
        lock (_gate)
        {
            if (_fixed.TryGetValue(size, out var session))
            {
                return session;
            }

            if (_fixed.Count < MostFixedSizes)
            {
                return _fixed[size] = _model.CreateSegmentor(size, _model.Outputs, _options.TopClasses);
            }

            return _any ??= _model.CreateSegmentor(null, _model.Outputs, _options.TopClasses);
        }
    }

    private TextClassifier Fitting(TextClassifier classifier)
    {
        _model.Check(classifier);
        return classifier;
    }

    private void CheckMode(SegmentationMode mode)
    {
        if (mode != SegmentationMode.Semantic && _model.Queries == 0)
        {
            throw new InputException(
                $"the model '{_manifest.Name}' gives every pixel a class and knows no objects, so it has no {mode.ToString().ToLowerInvariant()} mode: use semantic");
        }
    }

    // SED's pictures are resized twice in the reference: to the shorter side of evaluation, then to the network's input.
    private (int Width, int Height) ResizedSize(Frame frame)
    {
        if (_options.NativeSize)
        {
            return (frame.Width, frame.Height);
        }

        var size = ImageGeometry.ShortestEdge(frame.Width, frame.Height, _options.ShortSide ?? _manifest.ShortSide, _manifest.MaxSide);
        return (size.ResizedWidth, size.ResizedHeight);
    }

    private Slot Own(SegmentorSlot slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        return slot is Slot own && ReferenceEquals(own.Owner, this)
            ? own : throw new ArgumentException("the slot was made by another segmentor", nameof(slot));
    }

    private sealed class Slot(Segmentor owner) : SegmentorSlot
    {
        private SegmentorSession? _session;
        private SegmentorBuffers? _buffers;

        public Segmentor Owner => owner;

        public ImageGeometry Geometry { get; set; }

        public long FrameIndex { get; set; }

        public long TimestampUs { get; set; }

        public SegmentorSession Session => _session ?? throw new InvalidOperationException("the slot holds no picture yet");

        public SegmentorBuffers Buffers => _buffers ?? throw new InvalidOperationException("the slot holds no picture yet");

        public NetworkOutput Output => Session.Queries == 0
            ? new(Buffers.SemanticScores, Geometry, Buffers.Classifier!)
            : new(Buffers.MaskLogits, Buffers.MaskClasses, Session.Queries, Geometry, Buffers.Classifier!);

        public void Use(SegmentorSession session)
        {
            if (!ReferenceEquals(session, _session))
            {
                _buffers?.Dispose();
                _buffers = session.CreateBuffers();
                _session = session;
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _buffers?.Dispose();
                _buffers = null;
                _session = null;
            }
        }
    }
}
