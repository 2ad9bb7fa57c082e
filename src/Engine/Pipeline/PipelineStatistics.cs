using System.Diagnostics;
using System.Diagnostics.Metrics;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Pipeline;

/// <summary>
/// What a running pipeline counts and measures, readable at any time from any thread. The same values go to the instruments of the meter
/// <see cref="MeterName"/>, for whoever listens. Recording allocates nothing.
/// </summary>
public sealed class PipelineStatistics : IDisposable
{
    /// <summary>Name of the <see cref="Meter"/>.</summary>
    public const string MeterName = "OpenSegR.Realtime";

    private const string SupersededMasks = "masks";
    // Frames and buffers are made, and code is compiled, while the first frames pass; the steady state begins after them.
    private const int WarmUpFrames = 32;
    private static readonly PipelineStage[] Stages = Enum.GetValues<PipelineStage>();
    private static readonly string[] StageNames = [.. Stages.Select(s => s.ToString().ToLowerInvariant())];
    private static readonly KeyValuePair<string, object?>[] StageTags = [.. StageNames.Select(n => new KeyValuePair<string, object?>("stage", n))];
    private static readonly KeyValuePair<string, object?> SupersededTag = new("stage", SupersededMasks);

    private readonly FrameSourceInfo _source;
    private readonly SyncMode _sync;
    private readonly Func<IEnumerable<QueueReport>> _queues;
    private readonly LatencyHistogram[] _stages = [.. Stages.Select(_ => new LatencyHistogram())];
    private readonly LatencyHistogram _endToEnd = new();
    private readonly LatencyHistogram _maskAge = new();
    private readonly LatencyHistogram _motion = new();
    private readonly CoverageAccumulator _coverage = new();
    private readonly RateMeter _outRate = new();
    private readonly RateMeter _maskRate = new();
    private readonly long[] _drops = new long[Stages.Length];
    private long _superseded, _framesIn, _framesOut, _framesLost, _inferred, _reused;
    private long _started, _firstOut, _lastOut, _allocatedWarm, _allocatedAtEnd;
    private int _gen2Warm, _gen2AtEnd;
    private int _outcome;
    private int _failedStage = -1;

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _inCounter, _outCounter, _dropCounter, _inferredCounter, _reusedCounter;
    private readonly Histogram<double> _stageSeconds, _latencySeconds;

    internal PipelineStatistics(FrameSourceInfo source, SyncMode sync, Func<IEnumerable<QueueReport>> queues)
    {
        _source = source;
        _sync = sync;
        _queues = queues;
        _inCounter = _meter.CreateCounter<long>("segr.frames.in", "{frame}", "Frames taken from the source");
        _outCounter = _meter.CreateCounter<long>("segr.frames.out", "{frame}", "Frames that reached the sinks");
        _dropCounter = _meter.CreateCounter<long>("segr.frames.dropped", "{frame}", "Frames or masks dropped, by the stage they waited for");
        _inferredCounter = _meter.CreateCounter<long>("segr.masks.computed", "{frame}", "Frames that the network ran on");
        _reusedCounter = _meter.CreateCounter<long>("segr.masks.reused", "{frame}", "Frames shown with the masks of an earlier frame");
        _stageSeconds = _meter.CreateHistogram<double>("segr.stage.duration", "s", "Time that a stage worked on one frame");
        _latencySeconds = _meter.CreateHistogram<double>("segr.frame.latency", "s", "Time from capture to the end of the sinks");
        _meter.CreateObservableGauge(
            "segr.queue.depth",
            () => _queues().Select(q => new Measurement<int>(q.Depth, new KeyValuePair<string, object?>("queue", q.Name))),
            "{frame}",
            "Items waiting for a stage");
    }

    /// <summary>Frames taken from the source so far.</summary>
    public long FramesIn => Interlocked.Read(ref _framesIn);

    /// <summary>Frames that reached the sinks so far.</summary>
    public long FramesOut => Interlocked.Read(ref _framesOut);

    /// <summary>Frames dropped so far: they never reach the sinks.</summary>
    public long FramesDropped => Interlocked.Read(ref _framesLost);

    /// <summary>Frames a second that reached the sinks lately; 0 at the start.</summary>
    public double RecentFps => _outRate.PerSecond;

    /// <summary>True masks a second that were computed lately; 0 at the start.</summary>
    public double RecentMaskFps => _maskRate.PerSecond;

    /// <summary>Median milliseconds that a stage has worked on one frame so far.</summary>
    public double MedianMs(PipelineStage stage) => _stages[(int)stage].PercentileUs(0.5) / 1000;

    /// <summary>Median milliseconds from capture to the end of the sinks so far.</summary>
    public double MedianLatencyMs => _endToEnd.PercentileUs(0.5) / 1000;

    /// <summary>Everything known so far. Counters that change meanwhile may differ from one another by a frame.</summary>
    public PipelineReport Snapshot()
    {
        var end = Interlocked.Read(ref _lastOut);
        var isRunning = Outcome == PipelineOutcome.Running;
        if (isRunning || end == 0)
        {
            end = Stopwatch.GetTimestamp();
        }

        var started = Interlocked.Read(ref _started);
        var firstOut = Interlocked.Read(ref _firstOut);
        var seconds = started == 0 ? 0 : Stopwatch.GetElapsedTime(started, end).TotalSeconds;
        var (framesIn, framesOut, inferred) = (FramesIn, FramesOut, Interlocked.Read(ref _inferred));
        var latency = new Dictionary<string, LatencySummary>();
        for (var i = 0; i < StageNames.Length; i++)
        {
            latency[StageNames[i]] = _stages[i].Summarise();
        }

        latency["end_to_end"] = _endToEnd.Summarise();
        latency["mask_age"] = _maskAge.Summarise();
        latency["motion"] = _motion.Summarise();
        var drops = new Dictionary<string, long>();
        for (var i = (int)PipelineStage.Preprocess; i < StageNames.Length; i++)
        {
            drops[StageNames[i]] = Interlocked.Read(ref _drops[i]);
        }

        drops[SupersededMasks] = Interlocked.Read(ref _superseded);
        double Rate(long count) => seconds > 0 ? count / seconds : 0;
        return new PipelineReport
        {
            Source = _source.Description,
            Outcome = Outcome,
            FailedStage = _failedStage < 0 ? null : (PipelineStage)_failedStage,
            Sync = _sync,
            Seconds = seconds,
            TimeToFirstFrameMs = firstOut == 0 ? 0 : Stopwatch.GetElapsedTime(started, firstOut).TotalMilliseconds,
            FramesIn = framesIn,
            FramesOut = framesOut,
            FramesInferred = inferred,
            FramesReused = Interlocked.Read(ref _reused),
            FramesDropped = FramesDropped,
            FpsIn = Rate(framesIn),
            FpsOut = Rate(framesOut),
            FpsInferred = Rate(inferred),
            Drops = drops,
            Latency = latency,
            Queues = [.. _queues()],
            Classes = _coverage.Summarise(),
            AllocatedBytesPerFrame = framesOut <= WarmUpFrames ? 0
                : (_allocatedAtEnd - _allocatedWarm) / (double)(framesOut - WarmUpFrames),
            Gen2Collections = framesOut <= WarmUpFrames ? 0 : _gen2AtEnd - _gen2Warm,
        };
    }

    /// <summary>Ends the publishing of the instruments; what was counted can still be read.</summary>
    public void Dispose() => _meter.Dispose();

    internal PipelineOutcome Outcome => (PipelineOutcome)Volatile.Read(ref _outcome);

    internal void Start() => Interlocked.Exchange(ref _started, Stopwatch.GetTimestamp());

    internal void End(PipelineOutcome outcome, PipelineStage? failedStage)
    {
        _failedStage = failedStage is { } stage ? (int)stage : -1;
        Volatile.Write(ref _outcome, (int)outcome);
    }

    internal void FrameIn()
    {
        Interlocked.Increment(ref _framesIn);
        _inCounter.Add(1);
    }

    internal void StageDone(PipelineStage stage, long startTicks, long endTicks)
    {
        _stages[(int)stage].RecordTicks(endTicks - startTicks);
        if (_stageSeconds.Enabled)
        {
            _stageSeconds.Record(Seconds(endTicks - startTicks), StageTags[(int)stage]);
        }

        if (stage == PipelineStage.Inference)
        {
            Interlocked.Increment(ref _inferred);
            _inferredCounter.Add(1);
            _maskRate.Count();
        }
    }

    /// <summary>Masks were followed through time, on the sinks' thread before them.</summary>
    internal void MotionDone(long startTicks, long endTicks) => _motion.RecordTicks(endTicks - startTicks);

    /// <summary>Work was dropped before a stage; <paramref name="losesFrame"/> where the frame itself went with it.</summary>
    internal void Dropped(PipelineStage before, bool losesFrame)
    {
        Interlocked.Increment(ref _drops[(int)before]);
        if (losesFrame)
        {
            Interlocked.Increment(ref _framesLost);
        }

        _dropCounter.Add(1, StageTags[(int)before]);
    }

    /// <summary>Masks were replaced by newer ones before any frame was shown with them.</summary>
    internal void MasksSuperseded()
    {
        Interlocked.Increment(ref _superseded);
        _dropCounter.Add(1, SupersededTag);
    }

    internal void FrameOut(in FrameTimes times, SegmentationResult result, long maskCapturedTicks)
    {
        Interlocked.CompareExchange(ref _firstOut, times.SinkEnd, 0);
        Interlocked.Exchange(ref _lastOut, times.SinkEnd);
        StageDone(PipelineStage.Sink, times.SinkStart, times.SinkEnd);
        _endToEnd.RecordTicks(times.SinkEnd - times.Captured);
        if (_latencySeconds.Enabled)
        {
            _latencySeconds.Record(Seconds(times.SinkEnd - times.Captured));
        }

        if (maskCapturedTicks > 0)
        {
            _maskAge.RecordTicks(times.SinkEnd - maskCapturedTicks);
        }

        if (result.IsReused)
        {
            Interlocked.Increment(ref _reused);
            _reusedCounter.Add(1);
        }

        _coverage.Add(result);
        _outRate.Count();
        _outCounter.Add(1);
        // Up to the last frame: what sinks do when they are completed is not the frames'.
        _allocatedAtEnd = GC.GetTotalAllocatedBytes();
        _gen2AtEnd = GC.CollectionCount(2);
        if (Interlocked.Increment(ref _framesOut) == WarmUpFrames)
        {
            (_allocatedWarm, _gen2Warm) = (_allocatedAtEnd, _gen2AtEnd);
        }
    }

    private static double Seconds(long ticks) => ticks / (double)Stopwatch.Frequency;
}
