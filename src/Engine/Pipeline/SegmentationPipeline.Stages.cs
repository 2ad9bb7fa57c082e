using System.Diagnostics;
using OpenSegR.Realtime.Motion;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Pipeline;

/// <content>The loop of each stage, and how work moves from one to the next.</content>
public sealed partial class SegmentationPipeline
{
    private void ReadFrames()
    {
        var left = _options.MaxFrames ?? long.MaxValue;
        while (left > 0 && !IsStopping)
        {
            var start = Stopwatch.GetTimestamp();
            var read = _source.Read(Frames, out var frame, _stop.Token);
            if (read == FrameRead.EndOfStream)
            {
                return;
            }

            if (read == FrameRead.NotYet)
            {
                continue;
            }

            var end = Stopwatch.GetTimestamp();
            if (frame!.Times.Captured == 0)
            {
                frame.Times.Captured = end;
            }

            Statistics.StageDone(PipelineStage.Source, start, end);
            Statistics.FrameIn();
            left--;
            if (!_toPreprocess.Write(frame))
            {
                frame.Dispose();
            }
        }
    }

    private void PreprocessFrames()
    {
        var sinceInference = _options.InferEvery;
        while (true)
        {
            var isDue = sinceInference >= _options.InferEvery;
            // Exact: first wait for a slot, then for a frame, so that the frame is the newest one at that moment.
            SegmentorSlot? slot = null;
            if (isDue && !_latest && _freeSlots.Read(out slot) != QueueRead.Item)
            {
                return;
            }

            if (_toPreprocess.Read(out var frame) != QueueRead.Item)
            {
                return;
            }

            // Latest: the picture does not wait for a slot; where none is free, this frame shows older masks.
            if (isDue && _latest && !_freeSlots.TryRead(out slot))
            {
                slot = null;
            }

            var work = new FrameWork { Frame = frame, Slot = slot, FrameIndex = frame.Index, TimestampUs = frame.TimestampUs, Times = frame.Times };
            sinceInference++;
            if (slot is not null && Step(PipelineStage.Preprocess, ref work))
            {
                sinceInference = 1;
            }

            if (!_latest)
            {
                Send(_toInference, ref work);
                continue;
            }

            var ahead = new FrameWork { Frame = frame, FrameIndex = work.FrameIndex, TimestampUs = work.TimestampUs, Times = work.Times };
            work.Frame = null;
            if (work.Slot is not null)
            {
                Send(_toInference, ref work);
            }

            Send(_toSink, ref ahead);
        }
    }

    private void InferFrames()
    {
        while (true)
        {
            FrameWork work;
            long turn;
            lock (_taking)
            {
                if (_toInference.Read(out work) != QueueRead.Item)
                {
                    return;
                }

                turn = _taken++;
            }

            if (work.Slot is not null)
            {
                Step(PipelineStage.Inference, ref work);
            }

            _inferenceOrder.Await(turn);
            Send(_toPostprocess, ref work);
            _inferenceOrder.Advance();
        }
    }

    private void PostprocessFrames()
    {
        while (_toPostprocess.Read(out var work) == QueueRead.Item)
        {
            if (work.Slot is not null)
            {
                Step(PipelineStage.Postprocess, ref work);
                ReturnSlot(ref work);
            }

            Send(_latest ? _newestMasks : _toSink, ref work);
        }
    }

    private void WriteFrames()
    {
        var idleMs = _sink.IdleInterval is { } interval ? (int)Math.Clamp(interval.TotalMilliseconds, 1, 1000) : Timeout.Infinite;
        while (true)
        {
            var read = _toSink.Read(out var work, idleMs);
            if (read == QueueRead.Closed)
            {
                return;
            }

            if (read == QueueRead.TimedOut)
            {
                _sink.Idle();
                continue;
            }

            ChooseMasks(ref work);
            Step(PipelineStage.Sink, ref work);
            Release(ref work);
        }
    }

    /// <summary>Does one stage's part on one frame, timed; once the pipeline is stopping, does nothing and returns false.</summary>
    private bool Step(PipelineStage stage, ref FrameWork work)
    {
        if (IsStopping)
        {
            return false;
        }

        Volatile.Write(ref _workingOn[(int)stage], work.FrameIndex + 1);
        var start = Stopwatch.GetTimestamp();
        try
        {
            switch (stage)
            {
                case PipelineStage.Preprocess:
                    work.Times.PreprocessStart = start;
                    _segmentor.Preprocess(work.Frame!, work.Slot!);
                    work.Times.PreprocessEnd = Stopwatch.GetTimestamp();
                    break;
                case PipelineStage.Inference:
                    work.Times.InferenceStart = start;
                    _segmentor.Infer(work.Slot!);
                    work.Times.InferenceEnd = Stopwatch.GetTimestamp();
                    break;
                case PipelineStage.Postprocess:
                    work.Times.PostprocessStart = start;
                    work.Result = Results.Rent();
                    _segmentor.Postprocess(work.Slot!, work.Result);
                    work.Result.FrameIndex = work.FrameIndex;
                    work.Result.TimestampUs = work.TimestampUs;
                    work.Times.PostprocessEnd = Stopwatch.GetTimestamp();
                    break;
                default:
                    work.Times.SinkStart = start;
                    work.Frame!.Times = work.Times;
                    _sink.Write(work.Frame, _shown.Result!);
                    work.Times.SinkEnd = Stopwatch.GetTimestamp();
                    Statistics.FrameOut(work.Times, _shown.Result!, _shown.Times.Captured);
                    return true;
            }
        }
        catch (Exception e)
        {
            // Recorded before the slot goes back: a stage that meets the slot half-used must not be blamed first.
            Fail(stage, e, work.FrameIndex);
            Release(ref work);
            throw;
        }

        Statistics.StageDone(stage, start, Stopwatch.GetTimestamp());
        return true;
    }

    /// <summary>Puts into <see cref="_shown"/> the masks that this frame is shown with.</summary>
    private void ChooseMasks(ref FrameWork work)
    {
        FrameWork masks = default;
        if (!_latest)
        {
            masks.Result = work.Result;
            masks.Times = work.Times;
            work.Result = null;
        }
        else if (!_newestMasks.TryRead(out masks) && _shown.Result is null && !_drops)
        {
            // A file's first frames wait for the first masks; a live picture is shown without.
            _newestMasks.Read(out masks);
        }

        if (_tracker is not null)
        {
            Follow(_tracker, work.Frame!, ref masks);
        }

        if (masks.Result is not null)
        {
            Release(ref _shown);
            _shown = masks;
        }
        else if (_shown.Result is null)
        {
            var none = Results.Rent();
            none.Resize(1, 1);
            none.Labels.Fill(SegmentationResult.Void);
            none.FrameIndex = -1;
            none.Vocabulary = _segmentor.Classifier.Vocabulary;
            _shown.Result = none;
        }

        _shown.Result!.IsReused = _shown.Result.FrameIndex != work.FrameIndex;
    }

    /// <summary>Replaces masks by what they are on the frame that is about to be shown; without new ones, those before are moved on.</summary>
    private void Follow(MaskTracker tracker, Frame frame, ref FrameWork masks)
    {
        var start = Stopwatch.GetTimestamp();
        tracker.Observe(frame);
        if (masks.Result is not null)
        {
            tracker.Update(masks.Result);
        }
        else
        {
            masks.Times = _shown.Times;
        }

        if (tracker.HasMasks)
        {
            var projected = Results.Rent();
            tracker.Project(projected);
            masks.Result?.Dispose();
            masks.Result = projected;
        }

        Statistics.MotionDone(start, Stopwatch.GetTimestamp());
    }

    private void Send(StageQueue<FrameWork> queue, ref FrameWork work)
    {
        if (IsStopping || !queue.Write(work))
        {
            Release(ref work);
        }

        work = default;
    }

    private void ReturnSlot(ref FrameWork work)
    {
        if (work.Slot is not null)
        {
            // Fails only once the pipeline is stopping; Run disposes every slot at the end.
            _freeSlots.TryWrite(work.Slot);
            work.Slot = null;
        }
    }

    private void Release(ref FrameWork work)
    {
        work.Frame?.Dispose();
        work.Frame = null;
        work.Result?.Dispose();
        work.Result = null;
        ReturnSlot(ref work);
    }

    private void DropFrame(Frame frame)
    {
        Statistics.Dropped(PipelineStage.Preprocess, losesFrame: true);
        frame.Dispose();
    }

    private void DropWork(PipelineStage before, FrameWork work)
    {
        Statistics.Dropped(before, losesFrame: work.Frame is not null);
        Release(ref work);
    }

    private void DropMasks(FrameWork work)
    {
        Statistics.MasksSuperseded();
        Release(ref work);
    }

    private void Drain(StageQueue<FrameWork> queue)
    {
        while (queue.Read(out var work) == QueueRead.Item)
        {
            Release(ref work);
        }
    }

    private void DrainFrames()
    {
        while (_toPreprocess.Read(out var frame) == QueueRead.Item)
        {
            frame.Dispose();
        }
    }

    private void ClosePreprocessed()
    {
        _toInference.Close();
        _toSink.Close();
    }

    private void CloseAll()
    {
        _toPreprocess.Close();
        _toInference.Close();
        _toPostprocess.Close();
        _toSink.Close();
        _freeSlots.Close();
        _newestMasks.Close();
        _inferenceOrder.End();
    }
}
