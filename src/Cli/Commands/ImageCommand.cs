using System.CommandLine;
using System.Diagnostics;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Cli.Options;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary><c>segr image FILE</c>: segments one picture, and writes every tensor on the way where asked (<c>--dump</c>).</summary>
internal static class ImageCommand
{
    public static Command Create()
    {
        var input = new Argument<string>("IMAGE") { Description = "Picture file" };
        var output = new Option<string?>("--out", "-o") { Description = "Picture with the masks drawn (.png, .jpg); without it out/NAME.png", HelpName = "FILE" };
        var labels = new Option<string?>("--labels") { Description = "Write the label map as 16-bit PNG, 65535 where nothing is, with its legend", HelpName = "DIR" };
        var annotations = new Option<string?>("--annotations")
        {
            Description = "Write the segments as one JSON line: class, score, box, area, contour and COCO run lengths",
            HelpName = "FILE.jsonl",
        };
        var dump = new Option<string?>("--dump")
        {
            Description = "Write every named tensor on the way (safetensors). The picture is then used at its own size unless --size is given",
            HelpName = "FILE",
        };
        var json = new Option<bool>("--json") { Description = "Print the segments as JSON" };
        var model = new ModelOptions();
        var vocabulary = new VocabularyOptions();
        var masks = new MaskOptions();
        var overlay = new OverlayOptions();
        var command = new Command("image", "Segment one picture") { input, output, labels, annotations, dump, json };
        model.AddTo(command);
        vocabulary.AddTo(command);
        masks.AddTo(command, exact: false);
        overlay.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var path = parsed.GetRequiredValue(input);
            var dumpPath = OutputFile.Checked(parsed.GetValue(dump));
            var inputs = model.Segmentor(parsed);
            var style = overlay.Style(parsed);
            using var frame = PictureFile.Read(path, FramePool.Shared);
            using var opened = ModelRun.Open(model, parsed, cancellation);
            var classifier = ModelRun.Embed(opened, vocabulary, parsed, DefaultWords.Of(opened.Manifest), cancellation);
            using var segmentor = opened.CreateSegmentor(classifier, inputs with
            {
                NativeSize = inputs.InputSize is null && dumpPath is not null,
                Postprocess = masks.Read(parsed, opened.Manifest, exactByDefault: true, likeReference: dumpPath is not null),
            });
            segmentor.Prepare(frame.Width, frame.Height);
            using var slot = segmentor.CreateSlot();
            using var result = new SegmentationResultPool().Rent();
            var started = Stopwatch.GetTimestamp();
            segmentor.Preprocess(frame, slot);
            segmentor.Infer(slot);
            segmentor.Postprocess(slot, result);
            var milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;

            if (dumpPath is not null)
            {
                var sentences = vocabulary.TextClassifier(parsed) is null
                    ? opened.Sentences(classifier.Vocabulary, ModelRun.TextOptions(opened, vocabulary, parsed)) : null;
                TensorDump.Write(dumpPath, opened, segmentor, slot, frame, result, sentences);
                Terminal.Status($"tensors written to {dumpPath}");
            }

            var picture = parsed.GetValue(output) ?? (dumpPath is null ? Path.Combine("out", Path.GetFileNameWithoutExtension(path) + ".png") : null);
            if (picture is not null)
            {
                Draw(frame, result, style, overlay.Renderer(parsed), picture);
                Terminal.Status($"picture written to {picture}");
            }

            if (parsed.GetValue(labels) is { } maps)
            {
                Save(new LabelMapSink(maps), frame, result);
                Terminal.Status($"label map written to {maps}");
            }

            if (parsed.GetValue(annotations) is { } lines)
            {
                Save(new AnnotationSink(lines), frame, result);
                Terminal.Status($"segments written to {lines}");
            }

            Print(result, classifier, parsed.GetValue(json), milliseconds);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static void Save(ISegmentationSink sink, Frame frame, SegmentationResult result)
    {
        using (sink)
        {
            sink.Open(new FrameSourceInfo(frame.Name ?? "image", frame.Format, 1, 1, false));
            sink.Write(frame, result);
            sink.Complete();
        }
    }

    private static void Draw(Frame frame, SegmentationResult result, OverlayStyle style, CompositorKind kind, string path)
    {
        using var compositor = Compositors.Create(kind, new GlCompositorOptions { Latency = 0 }, Terminal.Warn);
        using var target = FramePool.Shared.Rent(frame.Format);
        compositor.Compose(frame, result, style, null, target);
        PictureFile.Write(target, path);
    }

    private static void Print(SegmentationResult result, TextClassifier classifier, bool json, double milliseconds)
    {
        if (json)
        {
            Console.Out.WriteLine(SegmentJson.Describe(result));
            return;
        }

        var pixels = (double)result.Width * result.Height;
        foreach (var segment in result.Segments.OrderByDescending(s => s.Area))
        {
            Console.Out.WriteLine(
                $"  {classifier.Vocabulary.Classes[segment.ClassIndex].Name,-24} {segment.Area / pixels * 100,5:0.0} %   score {segment.Score:0.00}");
        }

        Console.Out.WriteLine($"{result.Segments.Count} segments, {milliseconds:0.0} ms");
    }
}
