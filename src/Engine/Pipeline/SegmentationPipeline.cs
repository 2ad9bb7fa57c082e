using System.Runtime.ExceptionServices;
using OpenSegR.Realtime.Motion;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Pipeline;

/// <summary>
/// Takes every frame from a source through pre-processing, the network and post-processing to the sinks, each step on a thread of its own,
/// connected by bounded channels (ARCHITECTURE.md follows a frame through it).
/// </summary>
/// <remarks>
/// <code>
/// exact:   source -> preprocess -> inference -> postprocess -> sinks       frame and masks travel together
/// latest:  source -> preprocess ---------------------------> sinks       the frame goes ahead
///                        '------> inference -> postprocess ----^            its masks follow, the newest win
/// </code>
/// A full queue makes the stage before it wait, or drops what has waited longest (<see cref="DropPolicy"/>). The first failure, or a
/// cancellation, stops all stages; whatever is on its way is disposed. Source and sink belong to the pipeline and are disposed at the end
/// of <see cref="Run"/> (or by <see cref="Dispose"/>, where it was never called); the segmentor stays the caller's, who may change its <see cref="ISegmentor.Classifier"/> at any time.
/// </remarks>
public sealed partial class SegmentationPipeline : IDisposable
{
    private readonly IFrameSource _source;
    private readonly ISegmentor _segmentor;
    private readonly ISegmentationSink _sink;
    private readonly PipelineOptions _options;
    private readonly bool _latest;
    private readonly bool _drops;
    private readonly MaskTracker? _tracker;

    private readonly StageQueue<Frame> _toPreprocess;
    private readonly StageQueue<FrameWork> _toInference;
    private readonly StageQueue<FrameWork> _toPostprocess;
    private readonly StageQueue<FrameWork> _toSink;
    private readonly StageQueue<SegmentorSlot> _freeSlots;
    // Latest only: the newest masks that the sinks have not taken yet.
    private readonly StageQueue<FrameWork> _newestMasks;

    // Exact only: several frames may be in the network at once, which leave it as they came.
    private readonly int _workers;
    private readonly int _slots;
    private readonly Lock _taking = new();
    private readonly TurnOrder _inferenceOrder = new();
    private long _taken;

    private readonly CancellationTokenSource _stop = new();
    private readonly long[] _workingOn = new long[Enum.GetValues<PipelineStage>().Length];
    private FrameWork _shown;
    private Failure? _failure;
    private int _hasRun;

    /// <summary>Creates a pipeline for one run.</summary>
    /// <param name="source">Where frames come from; belongs to the pipeline.</param>
    /// <param name="segmentor">What makes masks of them; stays the caller's.</param>
    /// <param name="sink">Where frames and masks go; belongs to the pipeline.</param>
    /// <param name="options">How to run; the defaults where null.</param>
    /// <exception cref="InputException">An option is out of range.</exception>
    public SegmentationPipeline(IFrameSource source, ISegmentor segmentor, ISegmentationSink sink, PipelineOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(segmentor);
        ArgumentNullException.ThrowIfNull(sink);
        _options = (options ?? new PipelineOptions()).Validated();
        _source = _options.PacesFor(source.Info) ? new PacedFrameSource(source) : source;
        _segmentor = segmentor;
        _sink = sink;
        _latest = _options.SyncFor(source.Info) == SyncMode.Latest;
        _drops = _options.DropsFor(source.Info);
        _tracker = _options.Motion is { } motion ? new MaskTracker(motion) : null;

        _workers = _latest ? 1 : segmentor.FramesAtOnce;
        // Beside the frames in the network one is prepared and one labelled.
        _slots = _workers > 1 ? Math.Max(_options.FramesInFlight, _workers + 2) : _options.FramesInFlight;
        var capacity = _options.QueueCapacity;
        // With masks that may lag, the network must never hold up the picture: the newest frame replaces the one that waits for it.
        var inferenceDrops = _drops || _latest;
        _toPreprocess = new("preprocess", capacity, _drops ? DropFrame : null);
        _toInference = new("inference", capacity, inferenceDrops ? work => DropWork(PipelineStage.Inference, work) : null);
        // Masks that were paid for are not thrown away: post-processing is waited for.
        _toPostprocess = new("postprocess", capacity);
        _toSink = new("sink", capacity, _drops ? work => DropWork(PipelineStage.Sink, work) : null);
        _freeSlots = new("slots", _slots);
        _newestMasks = new("masks", 1, DropMasks);

        // Every stage may hold one and every queue be full: with so many kept, a steady pipeline allocates none.
        Frames = new FramePool(5 + (3 * capacity) + _slots);
        Results = new SegmentationResultPool(6 + capacity);
        Statistics = new PipelineStatistics(source.Info, _options.SyncFor(source.Info), ReportQueues);
    }

    /// <summary>What the pipeline counts and measures; readable while it runs and afterwards.</summary>
    public PipelineStatistics Statistics { get; }

    /// <summary>The pool that frames come from; nothing is in use once <see cref="Run"/> has returned.</summary>
    internal FramePool Frames { get; }

    /// <summary>The pool that masks come from; nothing is in use once <see cref="Run"/> has returned.</summary>
    internal SegmentationResultPool Results { get; }

    private bool IsStopping => _stop.IsCancellationRequested;

    /// <summary>
    /// Runs to the end of the source, to the asked number of frames or until cancelled. The sinks are called on the calling thread, so that
    /// a window may live on the main thread; all other stages have threads of their own.
    /// </summary>
    /// <returns>The statistics; <see cref="PipelineReport.Outcome"/> says whether it ended by itself or was cancelled.</returns>
    /// <exception cref="PipelineException">A stage failed. The sinks hold the frames up to then.</exception>
    /// <exception cref="InputException">A stage found the user's input at fault (a damaged file, a full disk), thrown as it is.</exception>
    /// <exception cref="InvalidOperationException">It has run before.</exception>
    public PipelineReport Run(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _hasRun, 1) != 0)
        {
            throw new InvalidOperationException("a pipeline runs once: its source is used up and its sink is finished; make another");
        }

        Statistics.Start();
        var slots = new List<SegmentorSlot>();
        using var closing = _stop.Token.UnsafeRegister(static self => ((SegmentationPipeline)self!).CloseAll(), this);
        using var cancelling = cancellationToken.UnsafeRegister(static self => ((SegmentationPipeline)self!)._stop.Cancel(), this);
        RunStage(PipelineStage.Inference, () => CreateSlots(slots));
        RunUnlessStopping(PipelineStage.Sink, () => _sink.Open(_source.Info));
        RunUnlessStopping(PipelineStage.Sink, RunFrames);
        RunUnlessStopping(PipelineStage.Sink, _sink.Complete);

        // Whatever happened, the output becomes a valid file now.
        RunStage(PipelineStage.Sink, _sink.Dispose);
        RunStage(PipelineStage.Source, _source.Dispose);
        RunStage(PipelineStage.Inference, () => slots.ForEach(slot => slot.Dispose()));
        return Finish();
    }

    /// <summary>Frees what <see cref="Run"/> has not: source and sink where it was never called.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _hasRun, 1) == 0)
        {
            _sink.Dispose();
            _source.Dispose();
        }

        Statistics.Dispose();
        foreach (var queue in new IDisposable[] { _toPreprocess, _toInference, _toPostprocess, _toSink, _freeSlots, _newestMasks })
        {
            queue.Dispose();
        }

        _stop.Dispose();
    }

    /// <summary>The order of a frame's life: five stages, each a loop over its input queue.</summary>
    private void RunFrames()
    {
        Thread[] threads =
        [
            .. Launch(PipelineStage.Source, ReadFrames, drain: null, close: _toPreprocess.Close),
            .. Launch(PipelineStage.Preprocess, PreprocessFrames, drain: DrainFrames, close: _latest ? ClosePreprocessed : _toInference.Close),
            .. Launch(PipelineStage.Inference, InferFrames, drain: () => Drain(_toInference), close: _toPostprocess.Close, _workers),
            .. Launch(PipelineStage.Postprocess, PostprocessFrames, drain: () => Drain(_toPostprocess), close: _latest ? _newestMasks.Close : _toSink.Close),
        ];
        RunStage(PipelineStage.Sink, WriteFrames);
        Drain(_toSink);
        foreach (var thread in threads)
        {
            thread.Join();
        }

        _newestMasks.Close();
        Drain(_newestMasks);
        Release(ref _shown);
    }

    /// <summary>Starts the threads of a stage; the last of them to end closes what the stage writes to.</summary>
    private Thread[] Launch(PipelineStage stage, Action body, Action? drain, Action close, int count = 1)
    {
        var running = count;
        var threads = new Thread[count];
        for (var i = 0; i < count; i++)
        {
            threads[i] = new Thread(() =>
            {
                RunStage(stage, body);
                if (Interlocked.Decrement(ref running) == 0)
                {
                    close();
                    // After a failure the stages before this one may still be handing over work.
                    drain?.Invoke();
                }
            })
            {
                // A native call that never returns must not keep the process from ending.
                IsBackground = true,
                Name = "segr " + stage.ToString().ToLowerInvariant(),
            };
            threads[i].Start();
        }

        return threads;
    }

    /// <summary>Runs something on behalf of a stage; its failure stops the pipeline.</summary>
    private void RunStage(PipelineStage stage, Action body)
    {
        try
        {
            body();
        }
        catch (Exception e)
        {
            Fail(stage, e);
        }
    }

    /// <summary>Notes the first failure and stops all stages; a stage that was cancelled because of it has not failed.</summary>
    private void Fail(PipelineStage stage, Exception error, long? frame = null)
    {
        if (error is OperationCanceledException && IsStopping)
        {
            return;
        }

        var index = frame ?? Volatile.Read(ref _workingOn[(int)stage]) - 1;
        Interlocked.CompareExchange(ref _failure, new Failure(stage, index < 0 ? null : index, error), null);
        _stop.Cancel();
    }

    private void RunUnlessStopping(PipelineStage stage, Action body)
    {
        if (!IsStopping)
        {
            RunStage(stage, body);
        }
    }

    private PipelineReport Finish()
    {
        var failure = _failure;
        Statistics.End(failure is not null ? PipelineOutcome.Failed : IsStopping ? PipelineOutcome.Cancelled : PipelineOutcome.Completed, failure?.Stage);
        Statistics.Dispose();
        if (failure is null)
        {
            return Statistics.Snapshot();
        }

        if (failure.Error is InputException)
        {
            ExceptionDispatchInfo.Throw(failure.Error);
        }

        throw new PipelineException(failure.Stage, failure.FrameIndex, failure.Error);
    }

    private void CreateSlots(List<SegmentorSlot> slots)
    {
        for (var i = 0; i < _slots; i++)
        {
            var slot = _segmentor.CreateSlot();
            slots.Add(slot);
            _freeSlots.TryWrite(slot);
        }
    }

    private IEnumerable<QueueReport> ReportQueues() => [_toPreprocess.Report(), _toInference.Report(), _toPostprocess.Report(), _toSink.Report()];

    private sealed record Failure(PipelineStage Stage, long? FrameIndex, Exception Error);
}
