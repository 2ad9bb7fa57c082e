using System.Text.Json;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Tests.Import;
using OpenSegR.Realtime.Tests.Text;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Segmentation;

/// <summary>The whole way of a picture through a SED checkpoint: imported, words embedded by its own text tower, resized, run, brought to size.</summary>
public sealed class SedSegmentorTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("case_b192", 192, null, "sem_seg")]
    [InlineData("case_b256", 256, null, "sem_seg")]
    [InlineData("case_b192", 192, 2, "fast2.sem_seg")]
    public void ScoresOfAPictureAgreeWithTheReference(string name, int side, int? top, string expected)
    {
        using var golden = SafetensorsFile.Open(Golden.Locate("sed", name + ".safetensors"));
        using var model = Open(side);
        using var words = JsonDocument.Parse(File.ReadAllText(Golden.Locate("sed", "vocabulary.json")));
        var classifier = model.Embed(TextClassifierParityTests.VocabularyOf(words.RootElement), model.DefaultTextOptions, null);
        using var segmentor = model.CreateSegmentor(classifier, new SegmentorOptions
        {
            ShortSide = golden["image_resized"].Shape.Take(2).Min(),
            TopClasses = top,
            Postprocess = new PostprocessOptions { Resolution = OutputResolution.Frame },
        });
        using var frame = Picture(golden, "image_original");
        using var slot = segmentor.CreateSlot();
        segmentor.Preprocess(frame, slot);
        AssertNear(golden, "network_input", segmentor.InputOf(slot, out _), 5e-5);
        segmentor.Infer(slot);
        using var postprocessor = new Postprocessor(segmentor.Postprocessing);
        var scores = postprocessor.SemanticScores(segmentor.OutputOf(slot));
        AssertNear(golden, expected, scores, 1e-4);

        using var result = new SegmentationResultPool().Rent();
        segmentor.Postprocess(slot, result);
        var pixels = frame.Width * frame.Height;
        for (var p = 0; p < pixels; p++)
        {
            var best = Enumerable.Range(0, classifier.Vocabulary.Count).Max(t => scores[(t * pixels) + p]);
            Assert.Equal(best, scores[(result.Labels[p] * pixels) + p]);
        }
    }

    [Fact]
    public void APictureOfItsOwnSizeIsOnlyStretched()
    {
        using var golden = SafetensorsFile.Open(Golden.Locate("sed", "case_b192.safetensors"));
        using var model = Open(192);
        using var segmentor = model.CreateSegmentor(model.Embed("cat"), new SegmentorOptions { NativeSize = true });
        using var frame = Picture(golden, "image_resized");
        using var slot = segmentor.CreateSlot();
        segmentor.Preprocess(frame, slot);
        AssertNear(golden, "network_input", segmentor.InputOf(slot, out var geometry), 5e-5);
        Assert.Equal((192, 192), (geometry.PaddedWidth, geometry.PaddedHeight));
    }

    [Fact]
    public void FastMasksAreThoseOfTheScoresAtStrideFour()
    {
        using var golden = SafetensorsFile.Open(Golden.Locate("sed", "case_b192.safetensors"));
        using var model = Open(192);
        using var segmentor = model.CreateSegmentor(model.Embed("cat; dog; sky"));
        using var frame = Picture(golden, "image_original");
        using var slot = segmentor.CreateSlot();
        using var result = new SegmentationResultPool().Rent();
        segmentor.Preprocess(frame, slot);
        segmentor.Infer(slot);
        segmentor.Postprocess(slot, result);
        Assert.Equal((48, 48), (result.Width, result.Height));
        var maps = segmentor.OutputOf(slot).ClassMaps;
        for (var p = 0; p < 48 * 48; p++)
        {
            var best = Math.Max(maps[p], Math.Max(maps[p + (48 * 48)], maps[p + (2 * 48 * 48)]));
            Assert.Equal(best, maps[p + (result.Labels[p] * 48 * 48)]);
        }
    }

    [Fact]
    public void WhatSedCannotDoIsSaid()
    {
        using var model = Open(64);
        var words = model.Embed("cat; dog");
        var onePrompt = new TextClassifier(
            words.Vocabulary, words.Dimension, words.Embeddings[..(2 * words.Dimension)], [0, 1], 1, TextClassifier.ReferenceGroups([1, 1], 1));
        Assert.Contains("semantic", Assert.Throws<InputException>(() => model.CreateSegmentor(words, new SegmentorOptions
        {
            Postprocess = new PostprocessOptions { Mode = SegmentationMode.Panoptic },
        })).Message, StringComparison.Ordinal);
        using var segmentor = model.CreateSegmentor(words);
        Assert.Throws<InputException>(() => segmentor.Mode = SegmentationMode.Instance);
        Assert.Contains("80", Assert.Throws<InputException>(() => segmentor.Classifier = onePrompt).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => segmentor.Classifier = Networks.Classifier(2));
        var vocabulary = VocabularyParser.Parse("cat");
        Assert.Throws<InputException>(() => model.Embed(vocabulary, model.DefaultTextOptions with { Templates = PromptTemplates.Vild }, null));
        Assert.Throws<InputException>(() => model.Embed(
            vocabulary, model.DefaultTextOptions with { Reasons = ReasonFile.Read(Golden.Locate("maftplus", "tiny-linear", "case-2.reason.json")) }, null));
    }

    private SegmentationModel Open(int side)
    {
        var folder = _scratch.File($"sed{side}");
        ModelImporter.Import(Golden.Locate("sed", "sed_tiny.pth"), folder, new ImportOptions { ClassPooling = 2, InputSide = side });
        return SegmentationModel.Open(folder, new InferenceSettings { Provider = ExecutionProvider.Cpu, Threads = 2, CustomOperators = CustomOperatorLibrary.Problem is null });
    }

    private static Frame Picture(SafetensorsFile golden, string name)
    {
        var shape = golden[name].Shape;
        var frame = FramePool.Shared.Rent(new FrameFormat(shape[1], shape[0], PixelFormat.Rgb24));
        golden.Read<byte>(name).CopyTo(frame.Pixels);
        return frame;
    }

    private static void AssertNear(SafetensorsFile golden, string name, ReadOnlySpan<float> actual, double tolerance)
    {
        var expected = golden.ReadFloats(name);
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs((double)expected[i] - actual[i]) <= tolerance + (2e-5 * Math.Abs(expected[i])), $"{name}[{i}] is {actual[i]}, {expected[i]} is right");
        }
    }
}
