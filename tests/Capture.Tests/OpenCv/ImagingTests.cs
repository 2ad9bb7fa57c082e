using OpenCvSharp;

namespace OpenSegR.Realtime.Tests.OpenCv;

public sealed class ImagingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("segr-opencv-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void PngKeepsEveryPixelIn8And16Bits()
    {
        foreach (var type in new[] { MatType.CV_8UC3, MatType.CV_8UC1, MatType.CV_16UC1, MatType.CV_8UC4 })
        {
            using var image = new Mat(5, 7, type);
            Fill(image);
            var path = Path.Combine(_folder, $"bild-ü {type}.png");
            Assert.True(Cv2.ImWrite(path, image, new ImageEncodingParam(ImwriteFlags.PngCompression, 1)));
            using var read = Cv2.ImRead(path, ImreadModes.Unchanged);
            Assert.Equal(type, read.Type());
            Assert.Equal(MatTests.Bytes(image), MatTests.Bytes(read));

            Assert.True(Cv2.ImEncode(".png", image, out var bytes));
            using var decoded = Cv2.ImDecode(bytes, ImreadModes.Unchanged);
            Assert.Equal(MatTests.Bytes(image), MatTests.Bytes(decoded));
        }
    }

    [Fact]
    public void JpegQualityIsUsed()
    {
        using var image = new Mat(64, 64, MatType.CV_8UC3);
        Fill(image);
        Cv2.ImEncode(".jpg", image, out var coarse, new ImageEncodingParam(ImwriteFlags.JpegQuality, 5));
        Cv2.ImEncode(".jpg", image, out var fine, new ImageEncodingParam(ImwriteFlags.JpegQuality, 95));
        Assert.True(coarse.Length < fine.Length / 2);
    }

    [Fact]
    public void MissingAndForeignPicturesAreEmpty()
    {
        var text = Path.Combine(_folder, "text.png");
        File.WriteAllText(text, "no picture");
        foreach (var path in new[] { text, Path.Combine(_folder, "missing.png"), _folder })
        {
            using var image = Cv2.ImRead(path);
            Assert.True(image.Empty());
            Assert.False(Cv2.HaveImageReader(path));
        }

        using var decoded = Cv2.ImDecode("no picture"u8, ImreadModes.Color);
        Assert.True(decoded.Empty());
        Assert.Throws<ArgumentException>(() => Cv2.ImDecode([], ImreadModes.Color));
        Assert.Throws<ArgumentNullException>(() => Cv2.ImRead(""));
    }

    [Fact]
    public void APictureThatClaimsAHugeSizeIsRefused()
    {
        // A PNG header of 60000 x 60000 RGB pixels (10 GB) with no data behind it.
        var png = Convert.FromHexString("89504E470D0A1A0A0000000D494844520000EA600000EA600802000000");
        var withChecksum = png.Concat(Crc(png.AsSpan(12))).ToArray();
        try
        {
            using var image = Cv2.ImDecode(withChecksum, ImreadModes.Color);
            Assert.True(image.Empty());
        }
        catch (OpenCVException e)
        {
            Assert.Equal(ErrorCode.StsAssert, e.Status);
        }
    }

    [Fact]
    public void UnwritablePictures()
    {
        using var image = new Mat(2, 2, MatType.CV_8UC3, new Scalar(0));
        Assert.False(Cv2.ImWrite(Path.Combine(_folder, "no", "such.png"), image));
        Assert.Throws<OpenCVException>(() => Cv2.ImWrite(Path.Combine(_folder, "a.unknown"), image));
        Assert.False(Cv2.HaveImageWriter("a.unknown"));
        Assert.True(Cv2.HaveImageWriter("a.png"));
    }

    [Fact]
    public void ResizeByAreaIsTheMean()
    {
        using var image = new Mat(2, 4, MatType.CV_8UC1);
        byte[] pixels = [10, 20, 100, 100, 30, 40, 200, 200];
        for (var i = 0; i < 8; i++)
        {
            image.At<byte>(i / 4, i % 4) = pixels[i];
        }

        using var small = new Mat();
        Cv2.Resize(image, small, new Size(2, 1), 0, 0, InterpolationFlags.Area);
        Assert.Equal([25, 150], MatTests.Bytes(small));
        Cv2.Resize(image, small, default, 0.5, 0.5, InterpolationFlags.Nearest);
        Assert.Equal([10, 100], MatTests.Bytes(small));
    }

    [Fact]
    public void ConversionsFlipsAndTurns()
    {
        using var image = new Mat(1, 2, MatType.CV_8UC3);
        Fill(image);
        using var result = new Mat();
        Cv2.CvtColor(image, result, ColorConversionCodes.BGR2RGB);
        Assert.Equal([2, 1, 0, 5, 4, 3], MatTests.Bytes(result));
        Cv2.CvtColor(image, result, ColorConversionCodes.BGR2BGRA);
        Assert.Equal([0, 1, 2, 255, 3, 4, 5, 255], MatTests.Bytes(result));
        Cv2.Flip(image, result, FlipMode.Y);
        Assert.Equal([3, 4, 5, 0, 1, 2], MatTests.Bytes(result));
        Cv2.ExtractChannel(image, result, 1);
        Assert.Equal([1, 4], MatTests.Bytes(result));
        Assert.Throws<OpenCVException>(() => Cv2.ExtractChannel(image, result, 3));
        Cv2.Rotate(image, result, RotateFlags.Rotate90Clockwise);
        Assert.Equal(new Size(1, 2), result.Size());
        Assert.Throws<OpenCVException>(() => Cv2.CvtColor(image, result, ColorConversionCodes.GRAY2BGR));
    }

    [Fact]
    public void TextIsDrawnWhereItsSizeSays()
    {
        var size = Cv2.GetTextSize("segment", HersheyFonts.HersheySimplex, 1, 2, out var baseLine);
        Assert.True(size.Width > 80 && size.Height > 10 && baseLine > 0);
        using var image = new Mat(60, 200, MatType.CV_8UC1, new Scalar(0));
        Cv2.PutText(image, "segment", new Point(10, 40), HersheyFonts.HersheySimplex, 1, Scalar.All(255), 2, LineTypes.AntiAlias);
        var drawn = MatTests.Bytes(image);
        for (var i = 0; i < drawn.Length; i++)
        {
            var (x, y) = (i % 200, i / 200);
            var inside = x >= 8 && x <= 12 + size.Width && y >= 38 - size.Height && y <= 42 + baseLine;
            Assert.True(inside || drawn[i] == 0, $"text outside of its box at {x},{y}");
        }

        Assert.Contains(drawn, static value => value == 255);
        Cv2.PutText(image, "größe 猫", new Point(0, 40), HersheyFonts.HersheySimplex, 1, Scalar.All(255));
    }

    [Fact]
    public void FarnebackFindsAShift()
    {
        using var first = new Mat(64, 64, MatType.CV_8UC1, new Scalar(0));
        using var second = new Mat(64, 64, MatType.CV_8UC1, new Scalar(0));
        Cv2.Circle(first, new Point(28, 32), 10, Scalar.All(255), -1, LineTypes.AntiAlias);
        Cv2.Circle(second, new Point(31, 32), 10, Scalar.All(255), -1, LineTypes.AntiAlias);
        Cv2.GaussianBlur(first, first, new Size(9, 9), 2);
        Cv2.GaussianBlur(second, second, new Size(9, 9), 2);
        using var flow = new Mat();
        Cv2.CalcOpticalFlowFarneback(first, second, flow, 0.5, 3, 15, 3, 5, 1.1, OpticalFlowFlags.None);
        Assert.Equal(MatType.CV_32FC2, flow.Type());
        Assert.InRange(flow.At<float>(32, 38), 2, 4);
    }

    [Fact]
    public void LucasKanadeFollowsAPoint()
    {
        using var first = new Mat(64, 64, MatType.CV_8UC1, new Scalar(0));
        using var second = new Mat(64, 64, MatType.CV_8UC1, new Scalar(0));
        Cv2.Rectangle(first, new Rect(20, 20, 16, 16), Scalar.All(255), -1);
        Cv2.Rectangle(second, new Rect(22, 23, 16, 16), Scalar.All(255), -1);
        using var points = new Mat(1, 1, MatType.CV_32FC2, new Scalar(20, 20));
        using var found = new Mat();
        using var status = new Mat();
        using var error = new Mat();
        Cv2.CalcOpticalFlowPyrLK(first, second, points, found, status, error);
        Assert.Equal(1, status.At<byte>(0, 0));
        Assert.Equal(22, found.At<float>(0, 0), 0.2f);
    }

    [Fact]
    public void BuildFacts()
    {
        Assert.Matches(@"^4\.\d+\.\d+", Cv2.GetVersionString());
        Assert.Contains("FFMPEG", Cv2.GetBuildInformation(), StringComparison.Ordinal);
        var before = Cv2.SetLogLevel(LogLevel.SILENT);
        Assert.Equal(LogLevel.SILENT, Cv2.SetLogLevel(before));
    }

    private static void Fill(Mat image)
    {
        Assert.True(image.IsContinuous());
        unsafe
        {
            var bytes = new Span<byte>(image.DataPointer, (int)image.Total() * image.ElemSize());
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = (byte)(i * (bytes.Length > 1000 ? 97 : 1));
            }
        }
    }

    private static byte[] Crc(ReadOnlySpan<byte> data)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
            }
        }

        crc = ~crc;
        return [(byte)(crc >> 24), (byte)(crc >> 16), (byte)(crc >> 8), (byte)crc];
    }
}
