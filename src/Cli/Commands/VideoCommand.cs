using System.CommandLine;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Cli.Options;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary><c>segr video INPUT</c>: a video file, image folder or stream in, a segmented video out, every frame once and in order.</summary>
internal static class VideoCommand
{
    public static Command Create()
    {
        var input = new Argument<string>("INPUT") { Description = "Video file, image folder or pattern, stream address, or synthetic:SEED" };
        var output = new Option<string?>("--out", "-o")
        {
            Description = "Segmented video (.mp4, .mkv, .avi), or a folder for one picture a frame; without it out/NAME.mp4. 'none' draws nothing",
            HelpName = "FILE|DIR",
        };
        var window = new Option<bool>("--window") { Description = "Also show the frames in a window while they are segmented; closing it ends the run" };
        var options = new SegmentOptions();
        var command = new Command("video", "Segment a video file, image folder or stream") { input, output, window };
        options.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var spec = parsed.GetRequiredValue(input);
            string? cutOff = null;
            var sourceOptions = new FrameSourceOptions { Warn = Terminal.Warn, CutOff = line => cutOff = line };
            using var run = options.Open(spec, sourceOptions, parsed, cancellation);
            var path = OutputPath(spec, parsed.GetValue(output));
            using var sinks = new SinkSet();
            if (path is not null)
            {
                sinks.AddPicture(path, spec, run.Style, options.Overlay.Renderer(parsed), run.NewMeter());
            }

            sinks.AddFiles(options.Run, parsed);
            var report = parsed.GetValue(window)
                ? run.RunInWindow(sinks, Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : "out", false, false, parsed, cancellation)
                : run.Run(sinks, parsed, cancellation);
            var exitCode = run.Finish(report, parsed, cancellation);
            if (path is not null && report.FramesOut > 0)
            {
                Terminal.Status($"written to {path}");
            }

            // What there was of a damaged file is segmented and finished, but whoever asked for the whole of it must learn that it is not.
            return cutOff is null ? Task.FromResult(exitCode) : throw new InputException($"{cutOff}; the output ends there");
        });
        return command;
    }

    private static string? OutputPath(string spec, string? given)
    {
        if (given == "none")
        {
            return null;
        }

        if (given is not null)
        {
            return given;
        }

        var name = new string(Path.GetFileNameWithoutExtension(spec.TrimEnd('/')).Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' ? c : '-').ToArray());
        Directory.CreateDirectory("out");
        return Path.Combine("out", (name.Length == 0 ? "video" : name) + ".mp4");
    }
}
