using Google.Protobuf;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Graph.MaftPlus;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Models;
using OpenSegR.Realtime.Tests.Import;

namespace OpenSegR.Realtime.Tests.Inference;

/// <summary>What the reference models do not have: half-precision weights, input projections in the mask decoder, rounded products.</summary>
public sealed class WeightVariantTests
{
    private const SegmentorOutputs Outputs = SegmentorOutputs.MaskLogits | SegmentorOutputs.MaskClasses;

    [Fact]
    public void HalfPrecisionWeightsGiveTheSameInEveryFormOfTheGraph()
    {
        using var golden = new GoldenCase(GoldenModel.Linear, 2);
        var folder = GoldenModel.Get(GoldenModel.Linear);
        using var scratch = new ScratchFolder();
        SafetensorsWriter.Save(
            scratch.File("half.safetensors"),
            folder.Weights.InFileOrder.Select(tensor => NamedTensor.From(
                tensor.Name, Array.ConvertAll(folder.Weights.ReadFloats(tensor.Name), value => (Half)value), tensor.Shape)));
        using var half = SafetensorsFile.Open(scratch.File("half.safetensors"));
        var (standardMasks, standardClasses) = Run(golden, folder.Manifest.MaftPlus!, half, Sessions.Create());
        var (customMasks, customClasses) = Run(golden, folder.Manifest.MaftPlus!, half, Sessions.Create(customOperators: true));
        Assert.True(Difference.Largest(standardMasks, customMasks) <= GoldenTolerance.Of("pred_masks"));
        Assert.True(Difference.Largest(standardClasses, customClasses) <= GoldenTolerance.Of("mask_cls"));

        // Eleven significant bits instead of 24: near the reference, not within its tolerances.
        Assert.InRange(Difference.Largest(golden.File.ReadFloats("pred_masks"), standardMasks), 1e-4, 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AnIdentityAsInputProjectionOfTheMaskDecoderChangesNothing(bool customOperators)
    {
        using var golden = new GoldenCase(GoldenModel.Panoptic, 1);
        var folder = GoldenModel.Get(GoldenModel.Panoptic);
        var sizes = folder.Manifest.MaftPlus! with { DecoderInputProjection = true };
        var identity = new float[sizes.DecoderWidth * sizes.DecoderWidth];
        for (var i = 0; i < sizes.DecoderWidth; i++)
        {
            identity[i * (sizes.DecoderWidth + 1)] = 1;
        }

        var projections = Enumerable.Range(0, 3).SelectMany(level => new[]
        {
            NamedTensor.From($"sem_seg_head.predictor.input_proj.{level}.weight", identity, sizes.DecoderWidth, sizes.DecoderWidth, 1, 1),
            NamedTensor.From($"sem_seg_head.predictor.input_proj.{level}.bias", new float[sizes.DecoderWidth], sizes.DecoderWidth),
        });
        using var scratch = new ScratchFolder();
        SafetensorsWriter.Save(
            scratch.File("projected.safetensors"),
            folder.Weights.InFileOrder
                .Select(tensor => NamedTensor.From(tensor.Name, folder.Weights.ReadFloats(tensor.Name), tensor.Shape)).Concat(projections));
        using var weights = SafetensorsFile.Open(scratch.File("projected.safetensors"));
        var (masks, classes) = Run(golden, sizes, weights, Sessions.Create(customOperators));
        Assert.True(Difference.Largest(golden.File.ReadFloats("pred_masks"), masks) <= GoldenTolerance.Of("pred_masks"));
        Assert.True(Difference.Largest(golden.File.ReadFloats("mask_cls"), classes) <= GoldenTolerance.Of("mask_cls"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PoolingSmallMasksChangesTheClassesOfSmallMasksOnly(bool customOperators)
    {
        using var golden = new GoldenCase(GoldenModel.Linear, 1);
        var folder = GoldenModel.Get(GoldenModel.Linear);
        var sizes = folder.Manifest.MaftPlus!;
        var sessions = Sessions.Create(customOperators);
        var (masks, classes) = Run(golden, sizes, folder.Weights, sessions);
        var (sameMasks, pooled) = Run(golden, sizes with { PoolsSmallMasks = true }, folder.Weights, sessions);
        Assert.Equal(masks, sameMasks);

        var (fine, coarse) = (masks.Length / sizes.Queries, golden.File.ReadFloats("mask_for_pooling").Length / sizes.Queries);
        var row = classes.Length / sizes.Queries;
        var changed = 0;
        for (var q = 0; q < sizes.Queries; q++)
        {
            var isSmall = masks.AsSpan(q * fine, fine).ContainsAnyInRange(float.Epsilon, float.MaxValue)
                && !golden.File.ReadFloats("mask_for_pooling").AsSpan(q * coarse, coarse).ContainsAnyInRange(float.Epsilon, float.MaxValue);
            var isChanged = !classes.AsSpan(q * row, row).SequenceEqual(pooled.AsSpan(q * row, row));
            Assert.Equal(isSmall, isChanged);
            changed += isChanged ? 1 : 0;
        }

        Assert.True(changed < sizes.Queries);
    }

    [Theory]
    [InlineData(ProductPrecision.Bf16, 0.03)]
    [InlineData(ProductPrecision.Int8, 0.2)]
    public void RoundedProductsStayNearTheExactOnes(ProductPrecision precision, double allowed)
    {
        using var golden = new GoldenCase(GoldenModel.Linear, 1);
        var folder = GoldenModel.Get(GoldenModel.Linear);
        var exact = Run(golden, folder.Manifest.MaftPlus!, folder.Weights, Sessions.Create(customOperators: true)).Masks;
        var factory = new SessionFactory(new InferenceSettings { Provider = ExecutionProvider.Cpu, Threads = 2, Precision = precision });
        var rounded = Run(golden, folder.Manifest.MaftPlus!, folder.Weights, factory).Masks;

        // The root mean square of the change against that of the logits around their mean.
        var mean = exact.Average();
        var change = Math.Sqrt(exact.Zip(rounded).Sum(pair => Math.Pow(pair.First - pair.Second, 2)) / exact.Sum(x => Math.Pow(x - mean, 2)));
        Assert.InRange(change, 0, allowed);
    }

    [Fact]
    public void RoundedProductsWithoutTheOperatorsForThemAreSingleAndItIsSaid()
    {
        List<string> notices = [];
        var factory = new SessionFactory(
            new InferenceSettings { Provider = ExecutionProvider.Cpu, CustomOperators = false, Precision = ProductPrecision.Bf16 }, notices.Add);
        Assert.Equal(ProductPrecision.Fp32, factory.Operators.Precision);
        Assert.Contains("fp32", Assert.Single(notices), StringComparison.Ordinal);
    }

    private static (float[] Masks, float[] Classes) Run(
        GoldenCase golden, MaftPlusSizes sizes, SafetensorsFile weights, SessionFactory sessions)
    {
        var graph = MaftPlusGraph.Build(
            sizes,
            new WeightTable(Path.GetFileName(weights.Path), weights.Tensors),
            new SegmentorGraphOptions { Size = (golden.Height, golden.Width), Outputs = Outputs, Operators = sessions.Operators });
        using var session = new SegmentorSession(
            sessions.Create(graph.ToByteArray(), Path.GetDirectoryName(weights.Path)), (golden.Height, golden.Width), sizes.Queries, sizes.EmbedDim, Outputs, null, sessions);
        using var buffers = session.CreateBuffers();
        buffers.Classifier = golden.Classifier;
        golden.Image.CopyTo(buffers.Image);
        session.Run(buffers);
        return (buffers.MaskLogits.ToArray(), buffers.MaskClasses.ToArray());
    }
}
