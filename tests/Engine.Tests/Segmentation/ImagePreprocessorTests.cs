using System.Security.Cryptography;
using System.Text.Json;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Segmentation.Resampling;
using OpenSegR.Realtime.Tests.Segmentation.Resampling;

namespace OpenSegR.Realtime.Tests.Segmentation;

public sealed class ImagePreprocessorTests
{
    private static readonly float[] Mean = [122.7709383f, 116.7460125f, 104.09373615f];
    private static readonly float[] Std = [68.5005327f, 66.6321579f, 70.32316305f];

    [Fact]
    public void Sizes_follow_the_shortest_edge_rule()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Golden.Locate("preprocess", "cases.json")));
        // One row is in_h, in_w, short_edge, max_size, out_h, out_w.
        var rows = json.RootElement.GetProperty("sizes").GetProperty("rows").EnumerateArray()
            .Select(r => r.EnumerateArray().Select(e => e.GetInt32()).ToArray()).ToArray();
        Assert.Equal(80, rows.Length);
        foreach (var row in rows)
        {
            var geometry = ImageGeometry.ShortestEdge(row[1], row[0], row[2], row[3]);
            Assert.Equal((row[5], row[4]), (geometry.ResizedWidth, geometry.ResizedHeight));
        }
    }

    [Theory]
    [InlineData(1, ProcessorPath.Portable)]
    [InlineData(1, ProcessorPath.Avx2)]
    [InlineData(1, ProcessorPath.Avx512)]
    [InlineData(3, ProcessorPath.Avx512)]
    public void Resized_pictures_are_equal_to_the_last_bit(int threads, object wanted)
    {
        // An object, because a public method cannot take an internal type.
        var path = (ProcessorPath)wanted;
        Assert.SkipUnless(ProcessorPaths.IsSupported(path), $"this processor has no {path}");
        using var json = JsonDocument.Parse(File.ReadAllText(Golden.Locate("preprocess", "cases.json")));
        using var file = SafetensorsFile.Open(Golden.Locate("preprocess", "resize.safetensors"));
        using var preprocessor = new ImagePreprocessor(Mean, Std, threads, path);
        var pool = new FramePool();
        foreach (var row in json.RootElement.GetProperty("resize").EnumerateArray())
        {
            int Int(string name) => row.GetProperty(name).GetInt32();
            using var source = pool.Rent(new FrameFormat(Int("in_w"), Int("in_h"), PixelFormat.Rgb24));
            file.Read<byte>("input." + row.GetProperty("input").GetString()).CopyTo(source.Pixels);
            using var target = pool.Rent(new FrameFormat(Int("out_w"), Int("out_h"), PixelFormat.Rgb24));

            preprocessor.Resize(source, target);

            Assert.Equal(row.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(target.Pixels)));
        }
    }

    [Theory]
    [InlineData(PixelFormat.Rgb24)]
    [InlineData(PixelFormat.Bgr24)]
    public void Input_tensor_agrees_with_the_reference(PixelFormat format)
    {
        using var file = SafetensorsFile.Open(Golden.Locate("maftplus", "tiny-linear", "case-1.safetensors"));
        var shape = file["image"].Shape;
        var pixels = file.Read<byte>("image");
        if (format == PixelFormat.Bgr24)
        {
            for (var i = 0; i < pixels.Length; i += 3)
            {
                (pixels[i], pixels[i + 2]) = (pixels[i + 2], pixels[i]);
            }
        }

        using var frame = new FramePool().Rent(new FrameFormat(shape[1], shape[0], format));
        pixels.CopyTo(frame.Pixels);
        var geometry = ImageGeometry.Native(shape[1], shape[0]);
        var tensor = new float[3 * geometry.PaddedWidth * geometry.PaddedHeight];
        Array.Fill(tensor, float.NaN);
        using var preprocessor = new ImagePreprocessor(Mean, Std);

        preprocessor.Run(frame, geometry, tensor);

        var expected = file.ReadFloats("input");
        Assert.Equal(expected.Length, tensor.Length);
        Assert.True(expected.Zip(tensor, (e, t) => Math.Abs(e - t)).Max() <= 1e-6);
    }

    [Theory]
    [InlineData(1, 1, 32, 32)]
    [InlineData(3, 500, 64, 32)]
    [InlineData(1921, 7, 96, 32)]
    public void Extreme_sizes_work_and_padding_is_zero(int width, int height, int inputWidth, int inputHeight)
    {
        using var frame = new FramePool().Rent(new FrameFormat(width, height));
        frame.Pixels.Fill(200);
        var geometry = ImageGeometry.FitInside(width, height, inputWidth, inputHeight);
        var tensor = new float[3 * inputWidth * inputHeight];
        Array.Fill(tensor, float.NaN);
        using var preprocessor = new ImagePreprocessor(Mean, Std);

        preprocessor.Run(frame, geometry, tensor);

        for (var c = 0; c < 3; c++)
        {
            for (var y = 0; y < inputHeight; y++)
            {
                for (var x = 0; x < inputWidth; x++)
                {
                    var inside = x < geometry.ResizedWidth && y < geometry.ResizedHeight;
                    Assert.Equal(inside ? (200 - Mean[c]) / Std[c] : 0f, tensor[(((c * inputHeight) + y) * inputWidth) + x]);
                }
            }
        }
    }

    [Theory]
    [InlineData(1280, 720, 640, 384, PixelFormat.Bgr24)]
    [InlineData(1920, 1080, 640, 384, PixelFormat.Rgb24)]
    [InlineData(1280, 720, 320, 192, PixelFormat.Bgr24)]
    [InlineData(960, 540, 640, 384, PixelFormat.Bgr24)]
    [InlineData(641, 359, 320, 192, PixelFormat.Rgb24)]
    [InlineData(321, 77, 640, 160, PixelFormat.Bgr24)]
    [InlineData(320, 80, 640, 160, PixelFormat.Bgr24)]
    [InlineData(1999, 501, 96, 32, PixelFormat.Bgr24)]
    [InlineData(22, 22, 32, 32, PixelFormat.Bgr24)]
    [InlineData(64, 3, 32, 32, PixelFormat.Rgb24)]
    [InlineData(3, 64, 32, 32, PixelFormat.Rgb24)]
    [InlineData(37, 53, 37, 64, PixelFormat.Bgr24)]
    [InlineData(53, 37, 64, 37, PixelFormat.Bgr24)]
    [InlineData(90, 60, 96, 64, PixelFormat.Bgr24)]
    public void Every_processor_path_gives_the_same(int width, int height, int inputWidth, int inputHeight, PixelFormat format) =>
        ComparePaths(width, ImageGeometry.FitInside(width, height, inputWidth, inputHeight), format);

    [Fact]
    public void Every_processor_path_gives_the_same_on_random_geometries()
    {
        var random = new Random(5);
        for (var i = 0; i < 200; i++)
        {
            // A third are exact ratios of small numbers, whose weights are small fractions.
            var (width, height) = (random.Next(1, 400), random.Next(1, 120));
            var (resizedWidth, resizedHeight) = (random.Next(1, 300), random.Next(1, 120));
            if (i % 3 == 0)
            {
                var (from, to) = (random.Next(1, 9), random.Next(1, 5));
                (width, resizedWidth) = (random.Next(8, 60) * from, 0);
                resizedWidth = Math.Max(1, width / from * to);
                (height, resizedHeight) = (20 * from, 20 * to);
            }

            var geometry = new ImageGeometry(width, height, resizedWidth, resizedHeight, resizedWidth + random.Next(3), resizedHeight + random.Next(3));
            ComparePaths(i, geometry, random.Next(2) == 0 ? PixelFormat.Bgr24 : PixelFormat.Rgb24);
        }
    }

    // Noise, and then nothing but the two extremes, where sums are largest.
    private static void ComparePaths(int seed, ImageGeometry geometry, PixelFormat format)
    {
        using var frame = new FramePool().Rent(new FrameFormat(geometry.SourceWidth, geometry.SourceHeight, format));
        var random = new Random(seed);
        foreach (var extremes in new[] { false, true })
        {
            random.NextBytes(frame.Pixels);
            foreach (ref var value in frame.Pixels)
            {
                value = extremes ? (byte)(value < 100 ? 0 : 255) : value;
            }

            var expected = PlainPreprocessor.Run(frame, geometry, Mean, Std);
            foreach (var path in Enum.GetValues<ProcessorPath>().Where(ProcessorPaths.IsSupported))
            {
                Assert.True(expected.AsSpan().SequenceEqual(Run(frame, geometry, path, 1)), $"{path}, {geometry}");
                Assert.True(expected.AsSpan().SequenceEqual(Run(frame, geometry, path, 3)), $"{path}, three threads, {geometry}");
            }
        }
    }

    private static float[] Run(Frame frame, ImageGeometry geometry, ProcessorPath path, int threads)
    {
        var tensor = new float[3 * geometry.PaddedWidth * geometry.PaddedHeight];
        Array.Fill(tensor, float.NaN);
        using var preprocessor = new ImagePreprocessor(Mean, Std, threads, path);
        preprocessor.Run(frame, geometry, tensor);
        return tensor;
    }

    [Fact]
    public void Steady_state_allocates_nothing()
    {
        using var frame = new FramePool().Rent(new FrameFormat(320, 180));
        var geometry = ImageGeometry.FitInside(320, 180, 160, 96);
        var tensor = new float[3 * 160 * 96];
        using var preprocessor = new ImagePreprocessor(Mean, Std, 1);
        preprocessor.Run(frame, geometry, tensor);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++)
        {
            preprocessor.Run(frame, geometry, tensor);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Wrong_sizes_are_refused()
    {
        using var frame = new FramePool().Rent(new FrameFormat(10, 10));
        using var preprocessor = new ImagePreprocessor(Mean, Std);
        Assert.Throws<ArgumentException>(() => preprocessor.Run(frame, ImageGeometry.Native(11, 10), new float[3 * 32 * 32]));
        Assert.Throws<ArgumentException>(() => preprocessor.Run(frame, ImageGeometry.Native(10, 10), new float[7]));
    }
}
