using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Inference;

public sealed class SegmentorSessionTests
{
    private const SegmentorOutputs All = SegmentorOutputs.MaskLogits | SegmentorOutputs.MaskClasses | SegmentorOutputs.ClassScores
        | SegmentorOutputs.SemanticScores | SegmentorOutputs.Labels;

    [Theory]
    [InlineData(GoldenModel.Linear, 1)]
    [InlineData(GoldenModel.Panoptic, 3)]
    public void OutputsAgreeWithTheReferenceAndWithEachOther(string name, int number)
    {
        using var golden = new GoldenCase(name, number);
        using var session = new MaftPlusModel(GoldenModel.Get(name), Sessions.Create()).CreateSegmentor((golden.Height, golden.Width), All);
        using var buffers = Fill(session.CreateBuffers(), golden);
        session.Run(buffers);

        Assert.True(Difference.Largest(golden.File.ReadFloats("pred_masks"), buffers.MaskLogits) <= GoldenTolerance.Of("pred_masks"));
        Assert.True(Difference.Largest(golden.File.ReadFloats("mask_cls"), buffers.MaskClasses) <= GoldenTolerance.Of("mask_cls"));
        var (queries, reasons, classes) = (session.Queries, golden.Classifier.ReasonCount, golden.Classifier.ClassIndex.Length);
        var scores = ClassScores(buffers.MaskClasses, queries, reasons, classes);
        Assert.True(Difference.Largest(scores, buffers.ClassScores) <= 1e-5);

        var pixels = golden.Height / 4 * (golden.Width / 4);
        var semantic = new float[classes * pixels];
        for (var q = 0; q < queries; q++)
        {
            for (var t = 0; t < classes; t++)
            {
                for (var p = 0; p < pixels; p++)
                {
                    semantic[(t * pixels) + p] += scores[(q * classes) + t] / (1 + MathF.Exp(-buffers.MaskLogits[(q * pixels) + p]));
                }
            }
        }

        Assert.True(Difference.Largest(semantic, buffers.SemanticScores) <= 1e-4);
        for (var p = 0; p < pixels; p++)
        {
            var label = buffers.Labels[p];
            for (var t = 0; t < classes; t++)
            {
                Assert.True(buffers.SemanticScores[(label * pixels) + p] >= buffers.SemanticScores[(t * pixels) + p]);
            }
        }
    }

    [Theory]
    [InlineData(32, 32)]
    [InlineData(96, 160)]
    [InlineData(352, 64)]
    [InlineData(224, 416)]
    public void EveryFormOfTheGraphAgreesAtUnseenSizes(int height, int width)
    {
        using var golden = new GoldenCase(GoldenModel.Linear, 2);
        var folder = GoldenModel.Get(GoldenModel.Linear);
        var image = Noise(height * width * 3);
        float[]? masks = null, classes = null;
        foreach (var custom in new[] { false, true })
        {
            var model = new MaftPlusModel(folder, Sessions.Create(custom));
            foreach (var size in new (int, int)?[] { (height, width), null })
            {
                using var session = model.CreateSegmentor(size, SegmentorOutputs.MaskLogits | SegmentorOutputs.MaskClasses);
                using var buffers = session.CreateBuffers();
                buffers.Resize(height, width);
                buffers.Classifier = golden.Classifier;
                image.CopyTo(buffers.Image);
                session.Run(buffers);
                masks ??= buffers.MaskLogits.ToArray();
                classes ??= buffers.MaskClasses.ToArray();
                Assert.True(Difference.Largest(masks, buffers.MaskLogits) <= GoldenTolerance.Of("pred_masks"));
                Assert.True(Difference.Largest(classes, buffers.MaskClasses) <= GoldenTolerance.Of("mask_cls"));
            }
        }
    }

    [Fact]
    public void SizeAndWordsMayChangeBetweenRuns()
    {
        using var first = new GoldenCase(GoldenModel.Linear, 1);
        using var second = new GoldenCase(GoldenModel.Linear, 2);
        using var session = new MaftPlusModel(GoldenModel.Get(GoldenModel.Linear), Sessions.Create()).CreateSegmentor(null, All);
        using var buffers = session.CreateBuffers();
        foreach (var golden in new[] { first, second, first })
        {
            Fill(buffers, golden);
            session.Run(buffers);
            Assert.True(Difference.Largest(golden.File.ReadFloats("pred_masks"), buffers.MaskLogits) <= GoldenTolerance.Of("pred_masks"));
            Assert.True(Difference.Largest(golden.File.ReadFloats("mask_cls"), buffers.MaskClasses) <= GoldenTolerance.Of("mask_cls"));
        }
    }

    [Fact]
    public void RunsAllocateNothing()
    {
        using var golden = new GoldenCase(GoldenModel.Panoptic, 2);
        using var session = new MaftPlusModel(GoldenModel.Get(GoldenModel.Panoptic), Sessions.Create())
            .CreateSegmentor((golden.Height, golden.Width), All);
        using var buffers = Fill(session.CreateBuffers(), golden);
        session.Run(buffers);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 3; i++)
        {
            buffers.Classifier = golden.Classifier;
            buffers.Resize(golden.Height, golden.Width);
            session.Run(buffers);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task BuffersOfOneSessionMayRunAtTheSameTime()
    {
        using var golden = new GoldenCase(GoldenModel.Panoptic, 1);
        using var session = new MaftPlusModel(GoldenModel.Get(GoldenModel.Panoptic), Sessions.Create())
            .CreateSegmentor((golden.Height, golden.Width), SegmentorOutputs.MaskLogits);
        var expected = golden.File.ReadFloats("pred_masks");
        var worst = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            using var buffers = Fill(session.CreateBuffers(), golden);
            session.Run(buffers);
            return Difference.Largest(expected, buffers.MaskLogits);
        })));
        Assert.All(worst, error => Assert.True(error <= GoldenTolerance.Of("pred_masks")));
    }

    [Fact]
    public void WhatCannotRunIsAnErrorThatSaysWhy()
    {
        using var golden = new GoldenCase(GoldenModel.Linear, 1);
        var model = new MaftPlusModel(GoldenModel.Get(GoldenModel.Linear), Sessions.Create());
        Assert.Contains("multiples of 32", Assert.Throws<InputException>(() => model.CreateSegmentor((100, 96), All)).Message, StringComparison.Ordinal);

        using var session = model.CreateSegmentor((64, 96), SegmentorOutputs.MaskLogits);
        using var other = model.CreateSegmentor((64, 96), SegmentorOutputs.MaskLogits);
        using var buffers = session.CreateBuffers();
        Assert.Throws<InvalidOperationException>(() => session.Run(buffers));
        Assert.Contains("made for 96x64", Assert.Throws<InputException>(() => buffers.Resize(96, 64)).Message, StringComparison.Ordinal);
        Assert.Contains("multiples of 32", Assert.Throws<InputException>(() => buffers.Resize(0, 64)).Message, StringComparison.Ordinal);
        var foreign = new TextClassifier(golden.Classifier.Vocabulary, 3, new float[3], [0], 1, [[0]]);
        Assert.Contains("needs 64", Assert.Throws<InputException>(() => buffers.Classifier = foreign).Message, StringComparison.Ordinal);
        var nothing = new TextClassifier(golden.Classifier.Vocabulary, 64, new float[64], [], 1, []);
        Assert.Contains("in play", Assert.Throws<InputException>(() => buffers.Classifier = nothing).Message, StringComparison.Ordinal);
        buffers.Classifier = golden.Classifier;
        Assert.Throws<InvalidOperationException>(() => other.Run(buffers));
    }

    private static SegmentorBuffers Fill(SegmentorBuffers buffers, GoldenCase golden)
    {
        buffers.Resize(golden.Height, golden.Width);
        buffers.Classifier = golden.Classifier;
        golden.Image.CopyTo(buffers.Image);
        return buffers;
    }

    private static float[] Noise(int count)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 4) - 2)];
    }

    private static float[] ClassScores(ReadOnlySpan<float> logs, int queries, int reasons, int classes)
    {
        var scores = new float[queries * classes];
        for (var q = 0; q < queries; q++)
        {
            for (var r = 0; r < reasons; r++)
            {
                var row = logs.Slice(((q * reasons) + r) * (classes + 1), classes + 1);
                var sum = 0.0;
                foreach (var x in row)
                {
                    sum += Math.Exp(x);
                }

                for (var t = 0; t < classes; t++)
                {
                    scores[(q * classes) + t] += (float)(Math.Exp(row[t]) / sum / reasons);
                }
            }
        }

        return scores;
    }
}
