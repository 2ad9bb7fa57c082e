using System.Globalization;
using OpenCvSharp;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>
/// The frames of a video file, each exactly once, in order, with its own time stamp, upright (the container's rotation is applied), with
/// square pixels (stretched where the stored ones are not) and in the colours that the file says it has. Sound is ignored. A file that is
/// damaged or cut off delivers what can be decoded, and then it is told that it ends early. All frames have the size of the first: what has
/// another in the file is fitted in, on black.
/// </summary>
public sealed class VideoFileSource : IFrameSource
{
    private readonly FrameReader _reader;
    private readonly Action<string>? _cutOff;
    private long _index;
    private long _lastUs = -1;
    private readonly double? _offsetMs;
    private readonly FrameSteps _steps = new();
    private readonly string? _path;

    /// <summary>Opens a video file and decodes its first frame.</summary>
    /// <param name="path">The file, in any format that FFmpeg reads.</param>
    /// <param name="options">Where warnings go; may be null.</param>
    /// <exception cref="InputException">There is no such file, or it holds no video that can be decoded.</exception>
    public VideoFileSource(string path, FrameSourceOptions? options = null)
        // Only FFmpeg: other backends would take the path for a pattern of image names or a description of a pipeline to run.
        : this(new FrameReader(new VideoCapture(FullPathOfVideo(path), VideoCaptureAPIs.FFMPEG)), path, Path.GetFileName(path), options) => _path = path;

    private VideoFileSource(FrameReader reader, string place, string description, FrameSourceOptions? options)
    {
        _reader = reader;
        _cutOff = options?.CutOff ?? options?.Warn;
        try
        {
            if (!_reader.Capture.IsOpened())
            {
                throw new InputException($"'{place}' is not a video that can be decoded: it is damaged, or of a format or codec that is not known");
            }

            if (!_reader.TryStart(out var format))
            {
                throw new InputException($"'{place}' has no frame that can be decoded: it is damaged, or its codec is not known");
            }

            _offsetMs = _reader.PositionMs;
            Info = new FrameSourceInfo(description, format, _reader.FramesPerSecond, _reader.ClaimedFrames, IsLive: false);
        }
        catch (OpenCVException e)
        {
            Dispose();
            throw new InputException($"'{place}' cannot be decoded: {e.ErrMsg}", e);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Opens the recorded video behind an address, or returns null where there is none (a live stream, or nothing at all).</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    internal static VideoFileSource? TryOpenRecording(string address, FrameSourceOptions options, CancellationToken cancellationToken)
    {
        // The native call cannot be cancelled, but it need not be waited for: it has a time-out of its own.
        var opening = Task.Factory.StartNew(
            () => OpenCvDevice.OpenCapture(address, options), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            opening.Wait(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _ = opening.ContinueWith(static late => late.Result?.Dispose(), TaskScheduler.Default);
            throw;
        }

        if (opening.Result is not { } capture)
        {
            return null;
        }

        var reader = new FrameReader(capture);
        if (reader.ClaimedFrames is null)
        {
            reader.Dispose();
            return null;
        }

        var shown = StreamAddress.WithoutSecrets(address);
        return new VideoFileSource(reader, shown, shown, options);
    }

    /// <inheritdoc/>
    public FrameSourceInfo Info { get; }

    /// <inheritdoc/>
    public FrameRead Read(FramePool pool, out Frame? frame, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!TryDecode(pool, out frame))
        {
            TellIfCutOff();
            return FrameRead.EndOfStream;
        }

        frame!.Index = _index++;
        frame.TimestampUs = _lastUs = NextTimestampUs();
        return FrameRead.Frame;
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private static string FullPathOfVideo(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        VideoFileCheck.Check(path);
        return Path.GetFullPath(path);
    }

    private bool TryDecode(FramePool pool, out Frame? frame)
    {
        try
        {
            return _reader.TryRead(pool, out frame);
        }
        catch (OpenCVException e)
        {
            throw new InputException($"'{Info.Description}' cannot be decoded after frame {_index - 1}: {e.ErrMsg}", e);
        }
    }

    private long NextTimestampUs()
    {
        if (_index == 1)
        {
            return 0;
        }

        var us = _reader.PositionMs - _offsetMs is { } ms ? (long)Math.Round(ms * 1000) : -1;
        if (us > _lastUs)
        {
            _steps.Add(us - _lastUs);
            return us;
        }

        // Formats without time stamps, damaged ones, and the frames that a decoder still holds at the end of a file, go on as before.
        return _lastUs + (_steps.Median ?? (long)Math.Round(1e6 / Info.FramesPerSecond));
    }

    private void TellIfCutOff()
    {
        // Containers of variable rate claim more frames than there are, so it is the time that tells.
        var claimed = Info.FrameCount is { } count ? count / Info.FramesPerSecond : 0;
        var seen = (_lastUs / 1e6) + (1 / Info.FramesPerSecond);
        var least = claimed - Math.Max(0.5, 0.02 * claimed);
        // A container's claim is its own length: that of its sound, where that is longer, and counted from 0, where the pictures begin later.
        if (_index < Info.FrameCount && seen < least && !(_path is not null && FfprobeProgram.LastSeconds(_path) >= least))
        {
            _cutOff?.Invoke(string.Create(
                CultureInfo.InvariantCulture,
                $"'{Info.Description}' ends early: {_index} frames ({seen:0.0} s) could be decoded of {Info.FrameCount} ({claimed:0.0} s) that it claims to have"));
        }
    }
}
