using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Capture;

/// <summary>The ffmpeg programs as independent makers and judges of files, and short ways to write and read videos.</summary>
internal static class Tools
{
    public static void RequireFfmpeg()
    {
        if (FfmpegProgram.Path is null)
        {
            Assert.Skip("the ffmpeg program is not installed");
        }
    }

    public static string Sample(string name)
    {
        var path = Path.Combine("/usr/share/doc/opencv-doc/examples/data", name);
        if (!File.Exists(path))
        {
            Assert.Skip($"the sample '{name}' is absent: install the package opencv-doc");
        }

        return path;
    }

    /// <summary>Runs ffmpeg with a command line in which no argument has spaces.</summary>
    public static void Ffmpeg(string arguments)
    {
        RequireFfmpeg();
        Assert.Null(FfmpegProgram.Run(["-hide_banner", "-loglevel", "error", "-y", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]));
    }

    /// <summary>What ffprobe says of a file's first video stream, every frame decoded and counted. It must have nothing to complain about in a file of ours.</summary>
    public static VideoFacts Probe(string path, bool isOurs = true)
    {
        RequireFfmpeg();
        var start = new ProcessStartInfo("ffprobe") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in $"-v error -count_frames -show_streams -show_format -of json {path}".Split(' '))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        using var json = JsonDocument.Parse(process.StandardOutput.ReadToEnd());
        var complaints = errors.GetAwaiter().GetResult();
        Assert.True(!isOurs || complaints.Length == 0, complaints);
        var streams = json.RootElement.GetProperty("streams").EnumerateArray().ToList();
        var video = streams.First(s => s.GetProperty("codec_type").GetString() == "video");
        var rate = video.GetProperty("avg_frame_rate").GetString()!.Split('/');
        return new VideoFacts(
            video.GetProperty("codec_name").GetString()!,
            video.GetProperty("width").GetInt32(),
            video.GetProperty("height").GetInt32(),
            int.Parse(video.GetProperty("nb_read_frames").GetString()!, CultureInfo.InvariantCulture),
            double.Parse(rate[0], CultureInfo.InvariantCulture) / double.Parse(rate[1], CultureInfo.InvariantCulture),
            double.Parse(json.RootElement.GetProperty("format").GetProperty("duration").GetString()!, CultureInfo.InvariantCulture),
            streams.FirstOrDefault(s => s.GetProperty("codec_type").GetString() == "audio") is { ValueKind: JsonValueKind.Object } audio
                ? audio.GetProperty("codec_name").GetString() : null);
    }

    /// <summary>Frames 0, 1, ... with their number in their pixels, at a constant rate.</summary>
    public static void Feed(IFrameSink sink, FrameFormat format, int count, double fps, Func<int, long>? timestampUs = null)
    {
        var pool = new FramePool();
        sink.Open(format, fps);
        for (var n = 0; n < count; n++)
        {
            using var frame = Numbered(pool, format, n, timestampUs?.Invoke(n) ?? (long)Math.Round(n * 1e6 / fps));
            sink.Write(frame);
        }
    }

    public static Frame Numbered(FramePool pool, FrameFormat format, int number, long timestampUs)
    {
        var frame = pool.Rent(format);
        frame.Index = number;
        frame.TimestampUs = timestampUs;
        FrameCode.Draw(frame, number);
        return frame;
    }

    public static void Write(string path, FrameFormat format, int count, double fps, Func<int, long>? timestampUs = null, VideoFileSinkOptions? options = null)
    {
        using var sink = new VideoFileSink(path, options);
        Feed(sink, format, count, fps, timestampUs);
        sink.Complete();
    }

    /// <summary>Number in the pixels, index and time stamp of every frame of a source; disposes it and checks that every frame went back.</summary>
    public static List<(int Number, long Index, long TimestampUs)> ReadAll(IFrameSource source, Func<Frame, int>? read = null)
    {
        var pool = new FramePool();
        var seen = new List<(int, long, long)>();
        using (source)
        {
            while (source.Read(pool, out var frame, CancellationToken.None) is var result && result != FrameRead.EndOfStream)
            {
                if (result == FrameRead.Frame)
                {
                    seen.Add(((read ?? FrameCode.Read)(frame!), frame!.Index, frame.TimestampUs));
                    frame.Dispose();
                }
            }
        }

        Assert.Equal(0, pool.InUse);
        return seen;
    }
}

internal sealed record VideoFacts(string Codec, int Width, int Height, int Frames, double Fps, double Seconds, string? Audio);
