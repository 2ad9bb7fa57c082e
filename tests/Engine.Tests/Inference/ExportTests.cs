using Microsoft.ML.OnnxRuntime;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Tests.Import;

namespace OpenSegR.Realtime.Tests.Inference;

/// <summary>An exported file must run in a bare ONNX Runtime session: no folder option, no operator library.</summary>
public sealed class ExportTests
{
    private const SegmentorOutputs Outputs = SegmentorOutputs.MaskLogits | SegmentorOutputs.MaskClasses;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnExportedModelRunsAlone(bool anySize)
    {
        using var scratch = new ScratchFolder();
        using var golden = new GoldenCase(GoldenModel.Linear, 2);
        var model = new MaftPlusModel(GoldenModel.Get(GoldenModel.Linear), Sessions.Create(CustomOperatorLibrary.Problem is null));
        var path = scratch.File("exported.onnx");
        model.Export(path, anySize ? null : (golden.Height, golden.Width), Outputs, vocabulary: null);
        Assert.Equal(["exported.onnx", "exported.onnx.data"], scratch.List());

        using var session = new InferenceSession(path);
        var groups = TextGroups.Create(golden.Classifier);
        using var image = OrtValue.CreateTensorValueFromMemory(golden.Image, [1, 3, golden.Height, golden.Width]);
        using var rows = OrtValue.CreateTensorValueFromMemory(golden.Classifier.Embeddings, [golden.Classifier.RowCount, golden.Classifier.Dimension]);
        using var table = OrtValue.CreateTensorValueFromMemory(groups.Rows, [groups.Reasons, groups.Classes, groups.Longest]);
        Check(session, golden, ["image", "text_classifier", "groups"], [image, rows, table]);
    }

    [Fact]
    public void WordsCanBeStoredInTheExportedModel()
    {
        using var scratch = new ScratchFolder();
        using var golden = new GoldenCase(GoldenModel.Panoptic, 3);
        var model = new MaftPlusModel(GoldenModel.Get(GoldenModel.Panoptic), Sessions.Create());
        model.Export(scratch.File("words.onnx"), (golden.Height, golden.Width), Outputs, golden.Classifier);
        using var session = new InferenceSession(scratch.File("words.onnx"));
        Assert.Equal(["image"], session.InputNames);
        using var image = OrtValue.CreateTensorValueFromMemory(golden.Image, [1, 3, golden.Height, golden.Width]);
        Check(session, golden, ["image"], [image]);
    }

    [Fact]
    public void AFailedExportLeavesNothingBehind()
    {
        using var scratch = new ScratchFolder();
        var model = new MaftPlusModel(GoldenModel.Get(GoldenModel.Linear), Sessions.Create());
        Assert.Throws<InputException>(() => model.Export(scratch.File("a/b.onnx"), null, Outputs, null));
        Assert.Throws<InputException>(() => model.Export(scratch.File("c.onnx"), (30, 40), Outputs, null));
        Directory.CreateDirectory(scratch.File("d.onnx.data"));
        Assert.Throws<InputException>(() => model.Export(scratch.File("d.onnx"), null, Outputs, null));
        Assert.Equal(["d.onnx.data"], scratch.List());
    }

    private static void Check(InferenceSession session, GoldenCase golden, string[] names, OrtValue[] inputs)
    {
        using var options = new RunOptions();
        using var outputs = session.Run(options, names, inputs, ["mask_logits", "mask_classes"]);
        Assert.True(Difference.Largest(golden.File.ReadFloats("pred_masks"), outputs[0].GetTensorDataAsSpan<float>()) <= GoldenTolerance.Of("pred_masks"));
        Assert.True(Difference.Largest(golden.File.ReadFloats("mask_cls"), outputs[1].GetTensorDataAsSpan<float>()) <= GoldenTolerance.Of("mask_cls"));
    }
}
