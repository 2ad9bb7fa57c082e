using OpenCvSharp;

namespace OpenSegR.Realtime.Tests.OpenCv;

public sealed class VideoTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("segr-opencv-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("a.avi", "MJPG", VideoCaptureAPIs.FFMPEG)]
    [InlineData("a.mp4", "mp4v", VideoCaptureAPIs.FFMPEG)]
    [InlineData("b.avi", "MJPG", VideoCaptureAPIs.OPENCV_MJPEG)]
    public void WrittenFramesComeBackInOrder(string name, string codec, VideoCaptureAPIs backend)
    {
        var path = Path.Combine(_folder, name);
        Write(path, codec, backend, frames: 12, new Size(64, 48));

        using var capture = new VideoCapture(path, VideoCaptureAPIs.FFMPEG);
        Assert.True(capture.IsOpened());
        Assert.Equal("FFMPEG", capture.GetBackendName());
        Assert.Equal(CaptureType.File, capture.CaptureType);
        Assert.Equal((64, 48, 12), (capture.FrameWidth, capture.FrameHeight, capture.FrameCount));
        Assert.Equal(10, capture.Fps, 6);
        Assert.Equal(codec, capture.FourCC, ignoreCase: true);

        using var frame = new Mat(48, 64, MatType.CV_8UC3);
        var memory = frame.Data;
        for (var i = 0; i < 12; i++)
        {
            Assert.True(capture.Read(frame));
            Assert.Equal(memory, frame.Data);
            Assert.InRange(frame.At<byte>(24, 32), (20 * i) - 6, (20 * i) + 6);
        }

        Assert.False(capture.Read(frame));
        Assert.Throws<NotSupportedException>(() => capture.FrameWidth = 10);
    }

    [Fact]
    public void SeekAndGrab()
    {
        var path = Path.Combine(_folder, "seek.avi");
        Write(path, "MJPG", VideoCaptureAPIs.FFMPEG, frames: 10, new Size(32, 32));
        using var capture = new VideoCapture();
        Assert.False(capture.IsOpened());
        Assert.True(capture.Open(path, VideoCaptureAPIs.FFMPEG));
        Assert.True(capture.Grab());
        Assert.True(capture.Grab());
        using var frame = new Mat();
        Assert.True(capture.Retrieve(frame));
        Assert.InRange(frame.At<byte>(16, 16), 14, 26);
        capture.PosFrames = 7;
        Assert.True(capture.Read(frame));
        Assert.InRange(frame.At<byte>(16, 16), 134, 146);
        capture.Release();
        Assert.False(capture.IsOpened());
        Assert.False(capture.Read(frame));
    }

    [Fact]
    public void MissingAndForeignFilesDoNotOpen()
    {
        var text = Path.Combine(_folder, "text.mp4");
        File.WriteAllText(text, new string('x', 5000));
        var empty = Path.Combine(_folder, "empty.avi");
        File.WriteAllBytes(empty, []);
        foreach (var path in new[] { Path.Combine(_folder, "missing.mp4"), text, empty, _folder })
        {
            using var capture = new VideoCapture(path, VideoCaptureAPIs.FFMPEG);
            Assert.False(capture.IsOpened());
            using var frame = new Mat();
            Assert.False(capture.Read(frame));
            Assert.True(frame.Empty());
            Assert.Equal(0, capture.Get(VideoCaptureProperties.Fps));
        }
    }

    [Fact]
    public void MissingCameraDoesNotOpen()
    {
        using var capture = new VideoCapture(63, VideoCaptureAPIs.V4L2);
        Assert.False(capture.IsOpened());
    }

    [Fact]
    public void DamagedVideosEndWithoutACrash()
    {
        var path = Path.Combine(_folder, "whole.mp4");
        Write(path, "mp4v", VideoCaptureAPIs.FFMPEG, frames: 20, new Size(64, 48));
        var whole = File.ReadAllBytes(path);
        var random = new Random(7);
        for (var round = 0; round < 40; round++)
        {
            var bytes = whole.ToArray();
            if (round % 2 == 0)
            {
                Array.Resize(ref bytes, random.Next(bytes.Length));
            }

            for (var i = 0; i < bytes.Length / 50; i++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var damaged = Path.Combine(_folder, $"damaged{round}.mp4");
            File.WriteAllBytes(damaged, bytes);
            using var capture = new VideoCapture(damaged, VideoCaptureAPIs.FFMPEG);
            using var frame = new Mat();
            var frames = 0;
            while (capture.Read(frame))
            {
                Assert.InRange(++frames, 1, 1000);
            }
        }
    }

    [Fact]
    public void UnwritableFilesDoNotOpen()
    {
        using var writer = new VideoWriter(
            Path.Combine(_folder, "no", "such.mp4"), VideoCaptureAPIs.FFMPEG, FourCC.FromString("mp4v"), 10, new Size(64, 48));
        Assert.False(writer.IsOpened());
        using var frame = new Mat(48, 64, MatType.CV_8UC3, new Scalar(0));
        writer.Write(frame);
        writer.Release();
    }

    [Fact]
    public void CodecCodes()
    {
        Assert.Equal(0x47504A4D, VideoWriter.FourCC('M', 'J', 'P', 'G'));
        Assert.Equal(VideoWriter.FourCC("MJPG"), FourCC.MJPG);
        Assert.Equal(VideoWriter.FourCC("ab  "), FourCC.FromString("ab").Value);
        Assert.Throws<ArgumentException>(() => FourCC.FromString("abcde"));
        Assert.Throws<ArgumentException>(() => VideoWriter.FourCC("abc"));
    }

    [Fact]
    public void DisposedCaptureThrows()
    {
        var capture = new VideoCapture();
        capture.Dispose();
        Assert.Throws<ObjectDisposedException>(() => capture.IsOpened());
        var writer = new VideoWriter();
        writer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => writer.IsOpened());
    }

    /// <summary>Frame i is grey 20 * i.</summary>
    private static void Write(string path, string codec, VideoCaptureAPIs backend, int frames, Size size)
    {
        using var writer = new VideoWriter(path, backend, FourCC.FromString(codec), 10, size);
        Assert.True(writer.IsOpened());
        using var frame = new Mat(size, MatType.CV_8UC3);
        for (var i = 0; i < frames; i++)
        {
            frame.SetTo(Scalar.All(20 * i));
            writer.Write(frame);
        }

        writer.Release();
        Assert.False(writer.IsOpened());
    }
}
