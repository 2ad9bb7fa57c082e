using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;
using OpenSegR.Realtime.Capture.Synthetic;

namespace OpenSegR.Realtime.Tests.Synthetic;

public sealed class SynthExporterTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "segr-synth-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public void The_written_labels_are_the_scenes_labels()
    {
        var reports = 0;
        SynthExporter.Run(Options(5, framesPerScene: 2), new Counter(() => Interlocked.Increment(ref reports)), TestContext.Current.CancellationToken);
        Assert.Equal(5, reports);
        Assert.False(Directory.Exists(_folder + ".partial"));
        Assert.Empty(Directory.EnumerateFiles(_folder, "*.tmp", SearchOption.AllDirectories));
        using var panoptic = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "panoptic.json")));
        using var attributes = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "attributes.json")));
        var classes = File.ReadAllLines(Path.Combine(_folder, "classes.txt"));
        Assert.Equal(classes.Length, panoptic.RootElement.GetProperty("categories").GetArrayLength());
        Assert.Contains("ball +thing", classes);
        Assert.Contains("grass +stuff", classes);
        var annotations = panoptic.RootElement.GetProperty("annotations").EnumerateArray().ToList();
        Assert.Equal(5, annotations.Count);
        foreach (var annotation in annotations)
        {
            var name = annotation.GetProperty("file_name").GetString()!;
            var image = Decode(Path.Combine(_folder, "images", name), 3);
            var semantic = Decode(Path.Combine(_folder, "semantic", name), 1);
            var ids = Decode(Path.Combine(_folder, "panoptic", name), 3);
            Assert.Equal(96 * 64 * 3, image.Length);
            Assert.True(image.Distinct().Count() > 30);
            var segments = annotation.GetProperty("segments_info").EnumerateArray().ToDictionary(s => s.GetProperty("id").GetInt32());
            Assert.Equal(segments.Count, attributes.RootElement.GetProperty(name).GetArrayLength());
            var areas = new Dictionary<int, int>();
            for (var i = 0; i < semantic.Length; i++)
            {
                var id = ids[i * 3] + (256 * ids[(i * 3) + 1]) + (65536 * ids[(i * 3) + 2]);
                Assert.Equal(segments[id].GetProperty("category_id").GetInt32(), semantic[i]);
                areas[id] = areas.GetValueOrDefault(id) + 1;
            }

            Assert.All(segments, s => Assert.Equal(areas[s.Key], s.Value.GetProperty("area").GetInt32()));
        }
    }

    [Fact]
    public void The_same_seed_writes_the_same_files()
    {
        SynthExporter.Run(Options(2), null, TestContext.Current.CancellationToken);
        var first = File.ReadAllBytes(Path.Combine(_folder, "images", "000001.png"));
        Directory.Delete(_folder, recursive: true);
        SynthExporter.Run(Options(2), null, TestContext.Current.CancellationToken);
        Assert.Equal(first, File.ReadAllBytes(Path.Combine(_folder, "images", "000001.png")));
    }

    [Fact]
    public void A_folder_with_files_is_left_alone()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(Path.Combine(_folder, "mine.txt"), "x");
        var error = Assert.Throws<InputException>(() => SynthExporter.Run(Options(1), null, TestContext.Current.CancellationToken));
        Assert.Contains(_folder, error.Message, StringComparison.Ordinal);
        Assert.Equal(["mine.txt"], Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void A_cancelled_export_leaves_nothing()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => SynthExporter.Run(Options(3), null, source.Token));
        Assert.False(Directory.Exists(_folder) || Directory.Exists(_folder + ".partial"));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void Impossible_counts_are_refused(int count, int framesPerScene) =>
        Assert.Throws<InputException>(() => SynthExporter.Run(Options(count, framesPerScene), null, TestContext.Current.CancellationToken));

    [Fact]
    public void An_impossible_size_is_refused_in_its_own_words()
    {
        var error = Assert.Throws<InputException>(() => SynthExporter.Run(Options(2) with { Width = 8 }, null, TestContext.Current.CancellationToken));
        Assert.Contains("8x64", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder + ".partial"));
    }

    private SynthOptions Options(int count, int framesPerScene = 1) =>
        new() { Out = _folder, Count = count, Seed = 21, Width = 96, Height = 64, FramesPerScene = framesPerScene };

    // A second, independent reader of the few PNG features that the writer uses.
    private static byte[] Decode(string path, int channels)
    {
        var bytes = File.ReadAllBytes(path);
        Assert.Equal(0x89504E470D0A1A0AUL, BinaryPrimitives.ReadUInt64BigEndian(bytes));
        int width = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)), height = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20));
        Assert.Equal((8, channels == 3 ? 2 : 0), (bytes[24], bytes[25]));
        var length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(33));
        using var zlib = new ZLibStream(new MemoryStream(bytes, 41, length), CompressionMode.Decompress);
        var stride = width * channels;
        var pixels = new byte[stride * height];
        for (var y = 0; y < height; y++)
        {
            var filter = zlib.ReadByte();
            zlib.ReadExactly(pixels, y * stride, stride);
            for (var i = 0; i < stride && filter == 2; i++)
            {
                pixels[(y * stride) + i] += pixels[((y - 1) * stride) + i];
            }
        }

        Assert.Equal(-1, zlib.ReadByte());
        return pixels;
    }

    private sealed class Counter(Action count) : IProgress<int>
    {
        public void Report(int value) => count();
    }
}
