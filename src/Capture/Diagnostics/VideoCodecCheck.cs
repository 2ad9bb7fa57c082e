using OpenCvSharp;

namespace OpenSegR.Realtime.Capture;

/// <summary>Whether OpenCV can write a codec in a container and read it back.</summary>
/// <param name="Name">The codec, such as "H.264".</param>
/// <param name="FourCc">Its code, such as "avc1".</param>
/// <param name="Extension">The container's extension, such as ".mp4".</param>
/// <param name="Problem">What fails, in one line; null where it works.</param>
public sealed record VideoCodecCheck(string Name, string FourCc, string Extension, string? Problem)
{
    private const int Frames = 4;
    private static readonly Size FrameSize = new(64, 48);

    /// <summary>Tries the codecs that videos are usually written in.</summary>
    internal static IReadOnlyList<VideoCodecCheck> TryAll()
    {
        var folder = Directory.CreateTempSubdirectory("segr-codecs-").FullName;
        try
        {
            return
            [
                Try(folder, "H.264", "avc1", ".mp4"),
                Try(folder, "MPEG-4", "mp4v", ".mp4"),
                Try(folder, "Motion JPEG", "MJPG", ".avi"),
            ];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Writes a few frames and reads them back.</summary>
    internal static VideoCodecCheck Try(string folder, string name, string code, string extension)
    {
        string? problem;
        try
        {
            problem = WriteAndRead(Path.Combine(folder, code + extension), FourCC.FromString(code));
        }
        catch (OpenCVException e)
        {
            problem = e.Message;
        }

        return new VideoCodecCheck(name, code, extension, problem);
    }

    private static string? WriteAndRead(string path, FourCC code)
    {
        using (var writer = new VideoWriter(path, VideoCaptureAPIs.FFMPEG, code, 10, FrameSize))
        {
            if (!writer.IsOpened())
            {
                return "there is no encoder";
            }

            using var picture = new Mat(FrameSize, MatType.CV_8UC3, Scalar.All(90));
            for (var i = 0; i < Frames; i++)
            {
                writer.Write(picture);
            }

            writer.Release();
        }

        using var capture = new VideoCapture(path, VideoCaptureAPIs.FFMPEG);
        using var frame = new Mat();
        var read = 0;
        while (read <= Frames && capture.Read(frame))
        {
            read++;
        }

        return read == Frames ? null : $"{read} of {Frames} frames can be read back";
    }
}
