using OpenCvSharp;

namespace OpenSegR.Realtime.Capture;

/// <summary>What this machine has for reading and writing video.</summary>
/// <param name="OpenCvVersion">Version of OpenCV, such as "4.6.0"; empty where it does not load.</param>
/// <param name="Ffmpeg">Full path of the ffmpeg program, which writes videos and serves streams; null where there is none.</param>
/// <param name="FfmpegEncoder">The video encoder that would be used with it, such as "libx264"; null where there is no program.</param>
/// <param name="Cameras">The video devices, in the order of their numbers.</param>
/// <param name="Codecs">What OpenCV itself can encode and decode; it is the fallback where there is no ffmpeg program.</param>
/// <param name="Problem">Why OpenCV does not load, in one line; null where it does.</param>
public sealed record CaptureDiagnostics(
    string OpenCvVersion,
    string? Ffmpeg,
    string? FfmpegEncoder,
    IReadOnlyList<CameraDevice> Cameras,
    IReadOnlyList<VideoCodecCheck> Codecs,
    string? Problem)
{
    /// <summary>
    /// Looks at everything. Codecs are tried for real, with a few small frames in a temporary folder; cameras are asked for their
    /// abilities but not started, so no light goes on. Takes up to a second. Never throws for want of a library, a camera or a codec.
    /// </summary>
    public static CaptureDiagnostics Probe()
    {
        var ffmpeg = FfmpegProgram.Path;
        var encoder = ffmpeg is null ? null : FfmpegProgram.VideoEncoder;
        var cameras = CameraProbe.List("/dev", "/sys/class/video4linux");
        try
        {
            var version = Cv2.GetVersionString() ?? "";
            return new CaptureDiagnostics(version, ffmpeg, encoder, cameras, VideoCodecCheck.TryAll(), null);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or TypeInitializationException)
        {
            var reason = (e as TypeInitializationException)?.InnerException ?? e;
            var problem = $"OpenCV does not load: {reason.Message.Split('\n')[0].Trim()}; run './segr setup'";
            return new CaptureDiagnostics("", ffmpeg, encoder, cameras, [], problem);
        }
    }
}
