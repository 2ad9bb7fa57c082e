using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Models;
using OpenSegR.Realtime.Tests.Import;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Inference;

public sealed class SedSessionTests
{
    [Theory]
    [InlineData(null, "pool1.logits")]
    [InlineData(2, "pool1.fast2.output")]
    public void ScoresAgreeWithTheReference(int? top, string name)
    {
        using var golden = SafetensorsFile.Open(Golden.Locate("sed", "case_b192.safetensors"));
        using var scratch = new ScratchFolder();
        using var folder = Open(scratch);
        using var session = new SedModel(folder, Sessions.Create()).CreateSegmentor((192, 192), SegmentorOutputs.SemanticScores, top);
        using var buffers = session.CreateBuffers();
        buffers.Classifier = Words();
        golden.ReadFloats("network_input").CopyTo(buffers.Image);
        session.Run(buffers);
        var before = GC.GetAllocatedBytesForCurrentThread();
        buffers.Classifier = buffers.Classifier;
        session.Run(buffers);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        var expected = golden.ReadFloats(name);
        if (top is null)
        {
            expected = [.. expected.Select(logit => 1 / (1 + MathF.Exp(-logit)))];
        }

        Assert.True(Difference.Largest(expected, buffers.SemanticScores) <= 1e-4);
    }

    [Fact]
    public void TheTextTowerAgreesWithTheReference()
    {
        using var golden = SafetensorsFile.Open(Golden.Locate("sed", "text.safetensors"));
        using var scratch = new ScratchFolder();
        using var folder = Open(scratch);
        using var encoder = new SedModel(folder, Sessions.Create()).CreateTextEncoder();
        var expected = golden.ReadFloats("encode_text");
        var features = new float[expected.Length];
        encoder.Encode(golden.Read<int>("token_ids"), features, null, CancellationToken.None);
        Assert.True(Difference.Largest(expected, features) <= 3e-4);
    }

    [Fact]
    public void WhatCannotRunIsAnErrorThatSaysWhy()
    {
        using var scratch = new ScratchFolder();
        using var folder = Open(scratch);
        var model = new SedModel(folder, Sessions.Create());
        Assert.Throws<InputException>(() => model.CreateSegmentor((100, 96), SegmentorOutputs.SemanticScores));
        using var session = model.CreateSegmentor((64, 96), SegmentorOutputs.SemanticScores);
        using var buffers = session.CreateBuffers();
        Assert.Throws<InvalidOperationException>(() => session.Run(buffers));
        Assert.Throws<InputException>(() => buffers.Classifier = Words(40));
        Assert.Throws<ModelException>(() => new MaftPlusModel(folder, Sessions.Create()));
        Assert.Throws<ModelException>(() => new SedModel(GoldenModel.Get(GoldenModel.Linear), Sessions.Create()));
    }

    private static TextClassifier Words(int prompts = 80)
    {
        using var golden = SafetensorsFile.Open(Golden.Locate("sed", "text.safetensors"));
        var shape = golden["text_features_tpc"].Shape;
        var classes = shape[0] * shape[1] / prompts;
        var vocabulary = new Vocabulary([.. Enumerable.Range(0, classes).Select(c => new VocabularyClass([$"class {c}"], false))]);
        return new TextClassifier(
            vocabulary, shape[2], golden.ReadFloats("text_features_tpc"), [.. Enumerable.Range(0, classes)], 1,
            TextClassifier.ReferenceGroups([.. Enumerable.Repeat(prompts, classes)], 1));
    }

    private static ModelFolder Open(ScratchFolder scratch)
    {
        ModelImporter.Import(Golden.Locate("sed", "sed_tiny.pth"), scratch.File("sed"));
        return ModelFolder.Open(scratch.File("sed"));
    }
}
