using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Json;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>
/// Writes a data set of synthetic pictures with exact labels:
/// <list type="bullet">
/// <item><c>images/NNNNNN.png</c>: the pictures.</item>
/// <item><c>panoptic/NNNNNN.png</c> and <c>panoptic.json</c>: COCO panoptic layout, id = R + 256 G + 65536 B, 0 is nothing.</item>
/// <item><c>semantic/NNNNNN.png</c>: index of the category in <c>classes.txt</c>.</item>
/// <item><c>classes.txt</c>: one category a line with its mark: the shapes (things), then stuff. A vocabulary file as it is.</item>
/// <item><c>attributes.json</c>: for each picture its segments with shape, colour, surface, size, and a caption of each.</item>
/// <item><c>captions.json</c>: one sentence for each picture.</item>
/// <item><c>dataset.json</c>: how the data set was made.</item>
/// </list>
/// The folder appears under its name only when it is complete.
/// </summary>
public static class SynthExporter
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    /// <summary>Writes the data set.</summary>
    /// <param name="options">What to write.</param>
    /// <param name="progress">Told the number of finished pictures, from several threads; may be null.</param>
    /// <param name="cancellationToken">Stops the work; what was written so far is removed.</param>
    /// <exception cref="InputException">An option is out of range, or the folder holds files.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static void Run(SynthOptions options, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check(options);
        var partial = options.Out.TrimEnd(Path.DirectorySeparatorChar) + ".partial";
        if (Directory.Exists(partial))
        {
            Directory.Delete(partial, recursive: true);
        }

        try
        {
            foreach (var folder in (string[])["images", "panoptic", "semantic"])
            {
                Directory.CreateDirectory(Path.Combine(partial, folder));
            }

            WriteAll(options, partial, progress, cancellationToken);
            if (Directory.Exists(options.Out))
            {
                Directory.Delete(options.Out);
            }

            Directory.Move(partial, options.Out);
        }
        catch (Exception e)
        {
            if (Directory.Exists(partial))
            {
                Directory.Delete(partial, recursive: true);
            }

            // What went wrong in a parallel loop comes wrapped: the first failure tells what it was.
            if (e is AggregateException { InnerException: { } first })
            {
                ExceptionDispatchInfo.Throw(first);
            }

            throw;
        }
    }

    /// <summary>
    /// The frame at which a scene is shown: the seed chooses it, so that things are met anywhere on their ways.
    /// </summary>
    internal static long MomentOf(long seed) => (long)(SyntheticRandom.Hash((int)seed, (int)(seed >> 32), 77u) * 600);

    private static void Check(SynthOptions options)
    {
        if (options.Count is < 1 or > 1_000_000)
        {
            throw new InputException($"--count {options.Count} is out of range: ask for 1 to 1000000 pictures");
        }

        if (options.FramesPerScene < 1)
        {
            throw new InputException($"{options.FramesPerScene} frames per scene are not possible: ask for at least 1");
        }

        if (File.Exists(options.Out) || (Directory.Exists(options.Out) && Directory.EnumerateFileSystemEntries(options.Out).Any()))
        {
            throw new InputException($"'{options.Out}' exists already and is not empty: name a new folder with --out");
        }
    }

    private static void WriteAll(SynthOptions options, string folder, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        var records = new SyntheticSegment[options.Count][];
        var scenes = (options.Count + options.FramesPerScene - 1) / options.FramesPerScene;
        var format = new FrameFormat(options.Width, options.Height, PixelFormat.Rgb24);
        var done = 0;
        var parallel = new ParallelOptions { CancellationToken = cancellationToken };
        Parallel.For(0, scenes, parallel, number =>
        {
            var seed = options.Seed + number;
            var scene = new SyntheticScene(seed, options.Width, options.Height, options.Filter);
            var truth = new SyntheticFrame();
            var pixels = new byte[format.ByteCount];
            var first = MomentOf(seed);
            for (var k = 0; k < options.FramesPerScene && (number * options.FramesPerScene) + k < options.Count; k++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var index = (number * options.FramesPerScene) + k;
                scene.Draw(first + k, format, pixels, truth);
                PngWriter.Write(Path.Combine(folder, "images", FileName(index)), pixels, options.Width, options.Height, 3);
                WriteLabels(folder, index, truth);
                records[index] = [.. truth.Segments];
                progress?.Report(Interlocked.Increment(ref done));
            }
        });

        WriteText(Path.Combine(folder, "classes.txt"), string.Join('\n', Categories().Select(static c => c.Name + (c.IsThing ? " +thing" : " +stuff"))) + "\n");
        WriteJson(Path.Combine(folder, "panoptic.json"), writer => Panoptic(writer, options, records));
        WriteJson(Path.Combine(folder, "attributes.json"), writer => Attributes(writer, records));
        WriteJson(Path.Combine(folder, "captions.json"), writer => Captions(writer, records));
        WriteJson(Path.Combine(folder, "dataset.json"), writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("seed", options.Seed);
            writer.WriteNumber("count", options.Count);
            writer.WriteNumber("width", options.Width);
            writer.WriteNumber("height", options.Height);
            writer.WriteNumber("framesPerScene", options.FramesPerScene);
            writer.WriteString("compositions", options.Filter.ToString());
            writer.WriteEndObject();
        });
    }

    private static string FileName(int index) => $"{index:D6}.png";

    private static int CategoryOf(SyntheticSegment segment) =>
        segment.Thing is { } thing ? (int)thing.Shape : SyntheticLexicon.Default.Shapes.Count + (int)segment.Stuff!.Value;

    private static IEnumerable<(string Name, bool IsThing)> Categories() =>
        SyntheticLexicon.Default.Shapes.Select(static e => (e.Words[0], true)).Concat(SyntheticLexicon.Default.Stuff.Select(static e => (e.Words[0], false)));

    private static void WriteLabels(string folder, int index, SyntheticFrame truth)
    {
        var count = truth.Labels.Length;
        var semantic = new byte[count];
        var panoptic = new byte[count * 3];
        Span<byte> category = stackalloc byte[256];
        foreach (var segment in truth.Segments)
        {
            category[segment.Id] = (byte)CategoryOf(segment);
        }

        for (var i = 0; i < count; i++)
        {
            semantic[i] = category[truth.Labels[i]];
            panoptic[i * 3] = (byte)(truth.Labels[i] + 1);
        }

        PngWriter.Write(Path.Combine(folder, "semantic", FileName(index)), semantic, truth.Width, truth.Height, 1);
        PngWriter.Write(Path.Combine(folder, "panoptic", FileName(index)), panoptic, truth.Width, truth.Height, 3);
    }

    private static void Panoptic(Utf8JsonWriter writer, SynthOptions options, SyntheticSegment[][] records)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("images");
        for (var i = 0; i < records.Length; i++)
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", i);
            writer.WriteString("file_name", FileName(i));
            writer.WriteNumber("width", options.Width);
            writer.WriteNumber("height", options.Height);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("annotations");
        for (var i = 0; i < records.Length; i++)
        {
            writer.WriteStartObject();
            writer.WriteNumber("image_id", i);
            writer.WriteString("file_name", FileName(i));
            writer.WriteStartArray("segments_info");
            foreach (var segment in records[i])
            {
                writer.WriteStartObject();
                writer.WriteNumber("id", segment.Id + 1);
                writer.WriteNumber("category_id", CategoryOf(segment));
                writer.WriteNumber("area", segment.Area);
                writer.WriteStartArray("bbox");
                writer.WriteNumberValue(segment.Box.Left);
                writer.WriteNumberValue(segment.Box.Top);
                writer.WriteNumberValue(segment.Box.Width);
                writer.WriteNumberValue(segment.Box.Height);
                writer.WriteEndArray();
                writer.WriteNumber("iscrowd", 0);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("categories");
        var number = 0;
        foreach (var (name, isThing) in Categories())
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", number++);
            writer.WriteString("name", name);
            writer.WriteNumber("isthing", isThing ? 1 : 0);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Attributes(Utf8JsonWriter writer, SyntheticSegment[][] records)
    {
        var lexicon = SyntheticLexicon.Default;
        writer.WriteStartObject();
        for (var i = 0; i < records.Length; i++)
        {
            writer.WriteStartArray(FileName(i));
            foreach (var segment in records[i])
            {
                writer.WriteStartObject();
                writer.WriteNumber("id", segment.Id + 1);
                writer.WriteString("caption", lexicon.Describe(segment));
                if (segment.Thing is { } thing)
                {
                    writer.WriteString("shape", lexicon.Shapes[(int)thing.Shape].Id);
                    writer.WriteString("colour", lexicon.Colours[thing.Colour].Id);
                    writer.WriteString("surface", lexicon.Surfaces[(int)thing.Surface].Id);
                    writer.WriteString("size", thing.Size.ToString().ToLowerInvariant());
                    writer.WriteBoolean("heldOut", SyntheticSplits.IsHeldOut(thing));
                }
                else
                {
                    writer.WriteString("stuff", lexicon.Stuff[(int)segment.Stuff!.Value].Id);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void Captions(Utf8JsonWriter writer, SyntheticSegment[][] records)
    {
        var lexicon = SyntheticLexicon.Default;
        writer.WriteStartObject();
        for (var i = 0; i < records.Length; i++)
        {
            var things = records[i].Where(static s => s.IsThing).Select(s => "a " + lexicon.Describe(s)).ToList();
            var stuff = records[i].Where(static s => !s.IsThing).Select(lexicon.Describe);
            writer.WriteString(FileName(i), (things.Count == 0 ? "nothing" : string.Join(", ", things)) + " in front of " + string.Join(" and ", stuff));
        }

        writer.WriteEndObject();
    }

    private static void WriteJson(string path, Action<Utf8JsonWriter> write)
    {
        using var stream = File.Create(path);
        using var writer = new Utf8JsonWriter(stream, Indented);
        write(writer);
    }

    private static void WriteText(string path, string text) => File.WriteAllText(path, text, new UTF8Encoding(false));
}
