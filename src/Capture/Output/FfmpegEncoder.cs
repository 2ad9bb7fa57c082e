using System.Diagnostics;
using System.Globalization;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>Encodes with a child ffmpeg process that frames are piped to.</summary>
/// <remarks>
/// The file is playable up to the last second at any time, whatever dies: if this process does, the pipe ends and ffmpeg finishes the file;
/// if ffmpeg does, too, the file consists of fragments of a second, each complete in itself.
/// </remarks>
internal sealed class FfmpegEncoder : IVideoEncoder
{
    private const int KeptComplaints = 4096;
    private static readonly TimeSpan LongestFinish = TimeSpan.FromMinutes(2);
    private readonly string _path;
    private readonly Process _process;
    private readonly RawMatroskaWriter _pipe;
    private readonly Task<string> _complaints;

    /// <summary>Starts the process.</summary>
    /// <param name="path">The file to write; an existing one is replaced. Its extension chooses the container.</param>
    /// <param name="format">Format of all frames.</param>
    /// <param name="framesPerSecond">Nominal rate.</param>
    /// <exception cref="InputException">The process cannot be started.</exception>
    public FfmpegEncoder(string path, FrameFormat format, double framesPerSecond)
    {
        _path = path;
        try
        {
            _process = Process.Start(FfmpegProgram.Start(Arguments(path, format, framesPerSecond), input: true))!;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            throw new InputException($"cannot start ffmpeg to write '{path}': {e.Message}", e);
        }

        _complaints = Task.Factory.StartNew(ReadComplaints, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            _pipe = new RawMatroskaWriter(_process.StandardInput.BaseStream, format, framesPerSecond);
        }
        catch (IOException)
        {
            var failure = Failure();
            Dispose();
            throw failure;
        }
    }

    /// <inheritdoc/>
    public void Write(Frame frame, long timestampUs)
    {
        try
        {
            _pipe.Write(frame, timestampUs);
        }
        catch (IOException)
        {
            throw Failure();
        }
    }

    /// <inheritdoc/>
    public void Finish()
    {
        try
        {
            _process.StandardInput.BaseStream.Dispose();
        }
        catch (IOException)
        {
            // It has ended already; its exit code tells why.
        }

        if (!_process.WaitForExit(LongestFinish))
        {
            throw new InputException($"cannot finish '{_path}': ffmpeg does not end; is the disk responding?");
        }

        if (_process.ExitCode != 0)
        {
            throw Failure();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            if (!_process.HasExited)
            {
                _process.Kill();
                _process.WaitForExit(LongestFinish);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It ended by itself in the same moment.
        }

        _process.Dispose();
    }

    private static List<string> Arguments(string path, FrameFormat format, double framesPerSecond)
    {
        // H.264 in its most widely playable form, 4:2:0, needs even sides: an odd one gets one more column or row, a copy of the last.
        var (right, bottom) = (format.Width & 1, format.Height & 1);
        var even = right + bottom == 0
            ? ""
            : $"pad={format.Width + right}:{format.Height + bottom},fillborders=right={right}:bottom={bottom}:mode=smear,";
        var encoder = FfmpegProgram.VideoEncoder;
        List<string> arguments =
        [
            "-hide_banner", "-loglevel", "error", "-nostdin", "-y",
            "-f", "matroska", "-i", "pipe:0",
            "-map", "0:v:0", "-an",
            // The colours of BT.601, said in the file: what every reader assumes that ignores what files say.
            "-vf", even + "scale=out_color_matrix=bt601:out_range=tv,format=yuv420p",
            "-colorspace", "smpte170m", "-color_primaries", "smpte170m", "-color_trc", "smpte170m", "-color_range", "tv",
            "-c:v", encoder,
        ];
        arguments.AddRange(encoder switch
        {
            // No frames out of order: time stamps then start at 0 in every container, and less is held back when something dies.
            "libx264" => ["-preset", "veryfast", "-crf", "20", "-bf", "0"],
            "libopenh264" => ["-b:v", BitRate(format)],
            _ => ["-q:v", "3"],
        });
        arguments.AddRange(VideoContainer.KeepsTimes(path)
            // Every frame as it comes, at its own time.
            ? ["-vsync", "passthrough", "-enc_time_base", "1:90000"]
            : ["-vsync", "cfr", "-r", framesPerSecond.ToString("R", CultureInfo.InvariantCulture)]);
        if (VideoContainer.IsMp4(path))
        {
            arguments.AddRange(["-video_track_timescale", "90000", "-movflags", "+empty_moov+default_base_moof", "-frag_duration", "1000000"]);
        }

        arguments.AddRange(["-flush_packets", "1", "file:" + path]);
        return arguments;
    }

    // Only for the encoder that knows no constant quality: about 0.15 bits a pixel at 30 frames a second.
    private static string BitRate(FrameFormat format) =>
        Math.Max(500_000, (long)(format.Width * (double)format.Height * 30 * 0.15)).ToString(CultureInfo.InvariantCulture);

    private InputException Failure()
    {
        _process.WaitForExit(LongestFinish);
        return new InputException($"cannot write '{_path}': {FfmpegProgram.LastLine(_complaints.GetAwaiter().GetResult())}");
    }

    private string ReadComplaints()
    {
        var kept = new System.Text.StringBuilder();
        while (_process.StandardError.ReadLine() is { } line)
        {
            // A process that complains about every frame must not fill memory.
            if (kept.Length < KeptComplaints)
            {
                kept.Append(line).Append('\n');
            }
        }

        return kept.ToString();
    }
}
