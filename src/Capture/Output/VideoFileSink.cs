using System.Globalization;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>
/// Writes frames to a video file: H.264 in .mp4 (.m4v, .mov), .mkv or .avi. Every frame keeps its own time stamp, so that a source of variable
/// rate, or a live one that lost frames, plays at its true speed (only .avi has a constant rate).
/// </summary>
/// <remarks>
/// <para>
/// The file grows as "clip.partial.mp4" and becomes "clip.mp4" by one rename when it is whole; that is the case after <see cref="Complete"/>
/// and also after <see cref="Dispose"/> alone (a failure elsewhere, Ctrl-C): what was written until then is a valid, playable file. What never
/// happens is a file under the final name that does not play. If the process is killed, the partial file stays, and plays. If the disk is full,
/// the partial file stays where at least a second is in it, and the error names it.
/// </para>
/// <para>
/// Encoding is done by a child ffmpeg process where there is one, because it keeps time stamps, copies sound, chooses a fast preset and
/// outlives this process; otherwise by OpenCV's writer, at a constant rate and without sound.
/// </para>
/// <para>Odd widths and heights get one more column or row, a copy of the last. Frames of another size than the first are fitted in, on black.</para>
/// </remarks>
public sealed class VideoFileSink : IFrameSink
{
    private readonly PartialFile _file;
    private readonly VideoFileSinkOptions _options;
    private readonly bool _hasFfmpeg;
    private IVideoEncoder? _encoder;
    private FrameFit? _fit;
    private double _framesPerSecond;
    private long _frames;
    private long _firstUs;
    private long _lastUs = -1;
    private bool _hasFailed;

    /// <summary>Chooses the file; nothing is written before <see cref="Open"/>.</summary>
    /// <param name="path">The file. Its folder must exist; an older file of the name is replaced at the end.</param>
    /// <param name="options">How to write; the defaults where null.</param>
    /// <exception cref="InputException">The extension is none that can be written.</exception>
    public VideoFileSink(string path, VideoFileSinkOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        VideoContainer.Check(path);
        _file = new PartialFile(path);
        _options = options ?? new VideoFileSinkOptions();
        _hasFfmpeg = FfmpegProgram.Path is not null && !_options.ForceOpenCv;
        if (_hasFfmpeg)
        {
            FfmpegProgram.Prepare();
        }
    }

    private long FrameUs => (long)Math.Round(1e6 / _framesPerSecond);

    /// <inheritdoc/>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void Open(FrameFormat format, double framesPerSecond)
    {
        if (_encoder is not null)
        {
            throw new InvalidOperationException("the video file is open already");
        }

        format.Validated();
        _framesPerSecond = framesPerSecond is > 0.001 and <= 1000 ? framesPerSecond : 25;
        _file.Create();
        try
        {
            _encoder = _hasFfmpeg
                ? new FfmpegEncoder(_file.GrowingPath, format, _framesPerSecond)
                : new OpenCvEncoder(_file.GrowingPath, format, _framesPerSecond);
        }
        catch
        {
            _file.Discard();
            throw;
        }

        _fit = new FrameFit(format);
    }

    /// <inheritdoc/>
    /// <exception cref="InputException">The file cannot be written any further (a full disk).</exception>
    public void Write(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (_encoder is null || _fit is null)
        {
            throw new InvalidOperationException("open the video file before writing to it");
        }

        if (_frames == 0)
        {
            _firstUs = frame.TimestampUs;
        }

        var timestampUs = frame.TimestampUs - _firstUs;
        if (!VideoContainer.KeepsTimes(_file.Path))
        {
            timestampUs = (long)Math.Round(_frames * 1e6 / _framesPerSecond);
        }
        else if (timestampUs <= _lastUs)
        {
            // A frame without a time of its own follows the one before at the nominal rate.
            timestampUs = _lastUs + FrameUs;
        }

        try
        {
            _encoder.Write(_fit.Fit(frame), timestampUs);
        }
        catch (InputException e)
        {
            throw GiveUp(e);
        }

        _lastUs = timestampUs;
        _frames++;
    }

    /// <inheritdoc/>
    /// <exception cref="InputException">The file cannot be finished.</exception>
    public void Complete() => Finish();

    /// <summary>Finishes the file, if <see cref="Complete"/> has not: what was written so far becomes a valid file under the final name.</summary>
    /// <exception cref="InputException">The file cannot be finished.</exception>
    public void Dispose() => Finish();

    private void Finish()
    {
        if (_encoder is null || _hasFailed)
        {
            return;
        }

        try
        {
            if (_frames == 0)
            {
                _encoder.Dispose();
                _file.Discard();
                return;
            }

            _encoder.Finish();
            _encoder.Dispose();
            if (_hasFfmpeg && (VideoContainer.IsMp4(_file.Path) || _options.AudioFrom is not null))
            {
                Remux();
            }

            _file.Commit();
        }
        catch (InputException e)
        {
            throw GiveUp(e);
        }
        finally
        {
            _encoder = null;
            _fit?.Dispose();
        }
    }

    /// <summary>
    /// Copies the fragments into an ordinary file (one index, at the front, as players and web pages like it) and adds the sound. Where that
    /// is not possible the fragments stay as they are: they play, too.
    /// </summary>
    private void Remux()
    {
        var whole = Path.ChangeExtension(_file.Path, ".finishing" + Path.GetExtension(_file.Path));
        var error = "";
        var before = _options.AudioFrom is { } source ? FfprobeProgram.SecondsBeforePictures(source) : 0;
        foreach (var sound in _options.AudioFrom is null ? new[] { "" } : ["copy", "aac", ""])
        {
            error = FfmpegProgram.Run(RemuxArguments(whole, sound, before));
            if (error is not null)
            {
                continue;
            }

            if (sound.Length == 0 && _options.AudioFrom is not null)
            {
                _options.Warn?.Invoke($"'{_file.Path}' has no sound: the sound of '{_options.AudioFrom}' could not be copied");
            }

            try
            {
                File.Move(whole, _file.GrowingPath, overwrite: true);
                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                error = e.Message;
                break;
            }
        }

        PartialFile.Delete(whole);
        _options.Warn?.Invoke($"'{_file.Path}' stays in fragments, which some players cannot seek in: {error}");
    }

    private List<string> RemuxArguments(string whole, string sound, double secondsBeforePictures)
    {
        var seconds = ((_lastUs + FrameUs) / 1e6).ToString("0.######", CultureInfo.InvariantCulture);
        List<string> arguments = ["-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-i", "file:" + _file.GrowingPath];
        if (sound.Length > 0)
        {
            // Pictures begin at 0 here. Sound that comes before them is left out, so that the rest is in time. The question mark: a source
            // without sound is no error.
            var before = secondsBeforePictures.ToString("0.######", CultureInfo.InvariantCulture);
            arguments.AddRange(["-ss", before, "-t", seconds, "-i", "file:" + _options.AudioFrom, "-map", "0:v:0", "-map", "1:a:0?", "-c:a", sound]);
        }

        arguments.AddRange(["-c:v", "copy"]);
        if (VideoContainer.IsMp4(_file.Path))
        {
            // Only the last frame's duration is taken from here (all others last until the next one); without it the muxer guesses.
            var ticks = Math.Max(1, (long)Math.Round(FrameUs * 0.09)).ToString(CultureInfo.InvariantCulture);
            arguments.AddRange(["-bsf:v", "setts=duration=" + ticks, "-video_track_timescale", "90000", "-movflags", "+faststart"]);
        }

        arguments.Add("file:" + whole);
        return arguments;
    }

    /// <summary>Ends the encoder after a failure; what plays is kept under the partial name, the rest deleted.</summary>
    private InputException GiveUp(InputException error)
    {
        _hasFailed = true;
        _encoder?.Dispose();
        _fit?.Dispose();
        var kept = _hasFfmpeg && VideoContainer.IsMp4(_file.Path) && FragmentedMp4.HasFragment(_file.GrowingPath);
        if (!kept)
        {
            _file.Discard();
            return error;
        }

        return new InputException($"{error.Message}; what was written until then is in '{_file.GrowingPath}'", error);
    }
}
