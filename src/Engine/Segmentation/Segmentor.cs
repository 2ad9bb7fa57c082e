using System.Runtime.ExceptionServices;
using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Inference.Gpu;
using OpenSegR.Realtime.Models;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// A model at work: frames in, masks out. Networks are loaded for the sizes that the frames need. With a network on a GPU frames are
/// prepared and labelled there too. What a GPU fails on is done again on what is left (another provider, the CPU), and no frame is lost by it.
/// </summary>
public sealed class Segmentor : ISegmentor
{
    private readonly SegmentationNetwork _model;
    private readonly ModelManifest _manifest;
    private readonly SegmentorOptions _options;
    private readonly FramePreparation _preparation;
    private readonly Dictionary<SegmentationMode, Postprocessor> _postprocessors = [];
    private readonly Lock _gate = new();
    private readonly SegmentorSessions _sessions;
    private readonly Lock _inference = new();
    private bool _gpuFramesFailed;
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
        FramesAtOnce = _options.FramesAtOnce is >= 0 and <= SegmentorOptions.MostFramesAtOnce
            ? model.FramesAtOnce(_options.FramesAtOnce)
            : throw new InputException($"the network cannot work on {_options.FramesAtOnce} frames at once: 1 to {SegmentorOptions.MostFramesAtOnce}, or 0 to leave it to the engine");
        _sessions = new SegmentorSessions(model, _options.TopClasses, FramesAtOnce);
        _preparation = new FramePreparation(manifest, _options);
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

    /// <inheritdoc/>
    public int FramesAtOnce { get; }

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
    public void Prepare(int width, int height) => _sessions.For(GeometryOf(width, height));

    /// <inheritdoc/>
    public SegmentorSlot CreateSlot() => new Slot(this);

    /// <inheritdoc/>
    public void Preprocess(Frame frame, SegmentorSlot slot)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var own = Own(slot);
        own.FrameIndex = frame.Index;
        own.TimestampUs = frame.TimestampUs;
        var (geometry, classifier) = (GeometryOf(frame.Width, frame.Height), Classifier);
        while (true)
        {
            var session = _sessions.For(geometry);
            var onGpu = UsesGpuFrames(session);
            try
            {
                if (!own.Runs(session, onGpu))
                {
                    own.Path = CreatePath(session, onGpu);
                }

                own.Path.Preprocess(frame, geometry, classifier);
                return;
            }
            catch (SegrException error) when (error is not InputException)
            {
                Leave(session, onGpu, own.FrameIndex, error);
            }
        }
    }

    /// <inheritdoc/>
    public void Infer(SegmentorSlot slot)
    {
        var own = Own(slot);
        while (true)
        {
            var path = own.Path;
            try
            {
                if (path.Session.RunsSideBySide)
                {
                    path.Infer();
                    return;
                }

                // A frame that was taken over may be in the network on another thread.
                lock (_inference)
                {
                    path.Infer();
                }

                return;
            }
            catch (SegrException error)
            {
                Replace(own, path, error);
            }
        }
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
        while (true)
        {
            var path = own.Path;
            try
            {
                path.Postprocess(postprocessor, result);
                break;
            }
            catch (GpuException error)
            {
                // What a GPU was told to do fails when it is waited for.
                Replace(own, path, error);
                Infer(slot);
            }
        }

        result.FrameIndex = own.FrameIndex;
        result.TimestampUs = own.TimestampUs;
    }

    /// <summary>What the network said about the picture in the slot; valid until the slot's next <see cref="Preprocess"/>.</summary>
    public NetworkOutput OutputOf(SegmentorSlot slot) => Own(slot).Path.Output;

    /// <summary>The network's input for the picture in the slot: [3, height, width], and how the picture lies in it.</summary>
    public ReadOnlySpan<float> InputOf(SegmentorSlot slot, out ImageGeometry geometry)
    {
        var path = Own(slot).Path;
        geometry = path.Geometry;
        return path.Input;
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
            foreach (var postprocessor in _postprocessors.Values)
            {
                postprocessor.Dispose();
            }
        }

        _sessions.Dispose();
        _preparation.Dispose();
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

    private bool UsesGpuFrames(SegmentorSession session) => session.Queries > 0 && session.Factory.Gpu is not null && !Volatile.Read(ref _gpuFramesFailed);

    private FramePath CreatePath(SegmentorSession session, bool onGpu) => onGpu
        ? new GpuFramePath(session, session.Factory.Gpu!, _preparation, _options.Sharing)
        : new HostFramePath(session, _preparation);

    // Another path takes the slot's picture over, or the error is thrown on.
    private void Replace(Slot slot, FramePath failed, SegrException error)
    {
        Leave(failed.Session, failed is GpuFramePath, slot.FrameIndex, error);
        while (true)
        {
            var session = _sessions.For(failed.Geometry);

            // Without its pixels a picture cannot go back to a GPU.
            var onGpu = failed is GpuFramePath && UsesGpuFrames(session);
            FramePath? path = null;
            try
            {
                path = CreatePath(session, onGpu);
                path.TakeOver(failed);
                slot.Path = path;
                return;
            }
            catch (SegrException next)
            {
                path?.Dispose();
                Leave(session, onGpu, slot.FrameIndex, next);
            }
        }
    }

    // Where the GPU failed at a frame, the CPU prepares and labels frames from now on; is the network's GPU lost as well, its next run tells. Where
    // the network failed, the next provider runs it. The error is thrown on where there is none.
    private void Leave(SegmentorSession session, bool onGpu, long frame, SegrException error)
    {
        if (onGpu && error is GpuException)
        {
            if (!Interlocked.Exchange(ref _gpuFramesFailed, true))
            {
                session.Factory.Notify($"frames are prepared and labelled on the CPU from now on, because the GPU failed at frame {frame}: {error.Message}");
            }
        }
        else if (!_sessions.Replace(session, $"at frame {frame} {error.Message}"))
        {
            ExceptionDispatchInfo.Throw(error);
        }
    }

    private Slot Own(SegmentorSlot slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        return slot is Slot own && ReferenceEquals(own.Owner, this)
            ? own : throw new ArgumentException("the slot was made by another segmentor", nameof(slot));
    }

    private sealed class Slot(Segmentor owner) : SegmentorSlot
    {
        private FramePath? _path;

        public Segmentor Owner => owner;

        public long FrameIndex { get; set; }

        public long TimestampUs { get; set; }

        public FramePath Path
        {
            get => _path ?? throw new InvalidOperationException("the slot holds no picture yet");
            set
            {
                _path?.Dispose();
                _path = value;
            }
        }

        public bool Runs(SegmentorSession session, bool onGpu) => ReferenceEquals(_path?.Session, session) && _path is GpuFramePath == onGpu;

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _path?.Dispose();
                _path = null;
            }
        }
    }
}
