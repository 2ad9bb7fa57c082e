using System.CommandLine;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Cli.Options;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary><c>segr live SOURCE</c>: a camera, stream or looped file in a window, newest frame first, words changed while it runs.</summary>
internal static class LiveCommand
{
    public static Command Create()
    {
        var input = new Argument<string>("SOURCE")
        {
            Description = "Camera (0, camera:0, /dev/video0), stream address (rtsp, http, udp), or a file, which is then played in a loop",
            DefaultValueFactory = _ => "camera:0",
        };
        var record = new Option<string?>("--record") { Description = "Write everything that is shown into a video", HelpName = "FILE" };
        var noWindow = new Option<bool>("--no-window") { Description = "Show nothing; with --record, --labels or --annotations" };
        var fullScreen = new Option<bool>("--full-screen") { Description = "Begin in full screen" };
        var captureSize = new Option<string?>("--capture-size") { Description = "Size to ask the camera for", HelpName = "WxH" };
        var captureFps = new Option<double?>("--capture-fps") { Description = "Frames a second to ask the camera for", HelpName = "N" };
        var captureFormat = new Option<string>("--capture-format")
        {
            Description = "Pixel format to ask the camera for, as four characters (MJPG, YUYV, ...)",
            DefaultValueFactory = _ => new FrameSourceOptions().CameraFormat,
            HelpName = "FOURCC",
        };
        var folder = new Option<string>("--out", "-o") { Description = "Folder of screenshots and recordings", DefaultValueFactory = _ => "out", HelpName = "DIR" };
        var options = new SegmentOptions();
        var command = new Command("live", "Segment a camera or stream live, in a window") { input, record, noWindow, fullScreen, captureSize, captureFps, captureFormat, folder };
        options.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            SegmentRun? opened = null;
            var sourceOptions = Capturing(parsed.GetValue(captureSize), parsed.GetValue(captureFps), parsed.GetRequiredValue(captureFormat)) with
            {
                AsLive = true,
                Warn = Terminal.Warn,
                Status = status => (opened?.Status ?? SegmentRun.StatusLine)(status),
            };
            using var run = opened = options.Open(parsed.GetRequiredValue(input), sourceOptions, parsed, cancellation);
            using var sinks = new SinkSet();
            sinks.AddFiles(options.Run, parsed);
            if (parsed.GetValue(record) is { } path)
            {
                sinks.AddPicture(path, "", run.Style, options.Overlay.Renderer(parsed), run.NewMeter());
            }

            var report = parsed.GetValue(noWindow)
                ? run.RunLive(sinks, parsed.GetRequiredValue(folder), parsed, cancellation)
                : run.RunInWindow(sinks, parsed.GetRequiredValue(folder), parsed.GetValue(fullScreen), true, parsed, cancellation);
            return Task.FromResult(run.Finish(report, parsed, cancellation));
        });
        return command;
    }

    private static FrameSourceOptions Capturing(string? size, double? framesPerSecond, string format)
    {
        if (format.Length != 4 || !format.All(char.IsAscii))
        {
            throw new InputException($"--capture-format '{format}' is not a pixel format: write four characters, for example MJPG or YUYV");
        }

        if (framesPerSecond is { } rate && !(rate > 0 && rate <= 1000))
        {
            throw new InputException($"--capture-fps {rate}: must be above 0 and at most 1000");
        }

        if (size is null)
        {
            return new FrameSourceOptions { RequestedFps = framesPerSecond, CameraFormat = format };
        }

        return SizeText.TryParse(size, out var width, out var height) && width is > 0 and <= FrameFormat.MaxSide && height is > 0 and <= FrameFormat.MaxSide
            ? new FrameSourceOptions { RequestedWidth = width, RequestedHeight = height, RequestedFps = framesPerSecond, CameraFormat = format }
            : throw new InputException($"--capture-size '{size}' is not a size: write width x height, for example --capture-size 1280x720");
    }
}
