using System.Globalization;
using OpenSegR.Realtime.Capture.Synthetic;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>
/// Turns what a user types into a source:
/// <code>
/// clip.mp4                     a video file
/// frames, frames/img_*.png     the images of a folder or pattern (also img_%04d.png)
/// photo.jpg                    one image
/// 0, camera:0, /dev/video0     a camera
/// rtsp://host/stream1          a stream (also http, https, udp, rtp, ...)
/// loop:clip.mp4                a file played over and over as if it were live
/// synthetic:7                  generated scenes from a seed (also synthetic:7:1280x720:300)
/// </code>
/// </summary>
public static class FrameSources
{
    private const string Examples = "for example clip.mp4, frames/, 'img_*.png', camera:0, rtsp://host/stream1, loop:clip.mp4 or synthetic:7";

    /// <summary>Opens a source.</summary>
    /// <param name="spec">What the user typed.</param>
    /// <param name="options">How to open it; the defaults where null.</param>
    /// <param name="cancellationToken">Ends the wait for a camera or stream.</param>
    /// <exception cref="InputException">It is none of the forms, or cannot be opened; the message says what to type.</exception>
    public static IFrameSource Open(string spec, FrameSourceOptions? options = null, CancellationToken cancellationToken = default)
    {
        options = (options ?? new FrameSourceOptions()).Validated();
        if (string.IsNullOrWhiteSpace(spec))
        {
            throw new InputException($"no source was given: {Examples}");
        }

        if (StreamAddress.IsAddress(spec))
        {
            return OpenAddress(spec, options, cancellationToken);
        }

        var colon = spec.IndexOf(':', StringComparison.Ordinal);
        // A single letter is a drive, not a name.
        var (name, rest) = colon > 1 ? (spec[..colon].ToLowerInvariant(), spec[(colon + 1)..]) : ("", spec);
        if (name == "loop")
        {
            return Open(rest, options with { AsLive = true }, cancellationToken);
        }

        if (name == "camera" || CameraIndexOf(spec) is not null)
        {
            return CameraIndexOf(rest) is { } index
                ? new CameraSource(index, options, cancellationToken)
                : throw new InputException($"'{spec}' names no camera: give its number, for example camera:0; {CameraList.Describe(CameraList.Find())}");
        }

        if (colon > 1 && spec.AsSpan(colon).StartsWith("://"))
        {
            throw new InputException($"'{name}' addresses are not known, only {StreamAddress.KnownSchemes}, for example rtsp://host/stream1");
        }

        return options.AsLive ? new PacedFrameSource(new LoopedSource(() => OpenRecorded(spec, options))) : OpenRecorded(spec, options);
    }

    private static IFrameSource OpenRecorded(string spec, FrameSourceOptions options) =>
        spec.StartsWith(SyntheticSource.Prefix, StringComparison.OrdinalIgnoreCase) ? SyntheticSource.Parse(spec) : OpenFile(spec, options);

    private static IFrameSource OpenFile(string path, FrameSourceOptions options)
    {
        var isFile = File.Exists(path);
        if (Directory.Exists(path) || (!isFile && ImageFiles.IsPattern(path)) || (isFile && ImageFiles.IsImage(path)))
        {
            return new ImageFolderSource(path, options);
        }

        return isFile ? new VideoFileSource(path, options) : throw new InputException($"there is no file or folder '{path}'; a source is given {Examples}");
    }

    // A recorded video at an address is a file that happens to be far away: all its frames count.
    private static IFrameSource OpenAddress(string address, FrameSourceOptions options, CancellationToken cancellationToken)
    {
        if (!options.AsLive && address.StartsWith("http", StringComparison.OrdinalIgnoreCase)
            && VideoFileSource.TryOpenRecording(address, options, cancellationToken) is { } recording)
        {
            return recording;
        }

        return new StreamSource(address, options, cancellationToken);
    }

    private static int? CameraIndexOf(string text)
    {
        const string Device = "/dev/video";
        var digits = text.StartsWith(Device, StringComparison.Ordinal) ? text[Device.Length..] : text;
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && (digits != text || !File.Exists(text)) ? index : null;
    }
}
