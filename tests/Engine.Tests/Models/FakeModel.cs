using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Models;

namespace OpenSegR.Realtime.Tests.Models;

/// <summary>Checkpoints of very small models, complete in all names and shapes, whose values count up.</summary>
internal static class FakeModel
{
    public static MaftPlusSizes MaftPlus { get; } = new()
    {
        TrunkDepths = [1, 2, 3, 1],
        TrunkWidths = [8, 16, 24, 40],
        EmbedDim = 16,
        TextWidth = 24,
        TextLayers = 2,
        TextHeads = 2,
        TextVocabulary = 31,
        TextContext = 9,
        PixelDecoderWidth = 32,
        PixelDecoderLayers = 2,
        PixelDecoderHeads = 8,
        PixelDecoderPoints = 3,
        PixelDecoderFeedForward = 20,
        MaskDim = 12,
        DecoderWidth = 32,
        DecoderLayers = 3,
        DecoderHeads = 8,
        DecoderFeedForward = 28,
        DecoderInputProjection = false,
        Queries = 5,
        TransferHeads = 8,
        Panoptic = false,
    };

    public static SedSizes Sed { get; } = new()
    {
        TrunkDepths = [1, 1, 2, 1],
        TrunkWidths = [8, 16, 24, 40],
        HeadHidden = 18,
        EmbedDim = 16,
        TextWidth = 24,
        TextLayers = 1,
        TextHeads = 2,
        TextVocabulary = 31,
        TextContext = 9,
        Prompts = 6,
        HiddenDim = 20,
        CorrelationKernel = 7,
        DecoderDims = [32, 32, 16],
        GuidanceDims = [8, 6, 4],
        BlockKernels = [9, 7, 5],
        ClassAttentionHeads = 4,
    };

    public static Dictionary<string, NamedTensor> Tensors(MaftPlusSizes sizes) => Fill(MaftPlusLayout.Create(sizes));

    public static Dictionary<string, NamedTensor> Tensors(SedSizes sizes) => Fill(SedLayout.Create(sizes));

    public static NamedTensor Tensor(string name, params int[] shape)
    {
        TensorSpec.TryCount(shape, out var count);
        var seed = name.Length;
        return NamedTensor.From(name, Enumerable.Range(0, (int)count).Select(i => ((i * 7) + seed) % 101 * 0.01f).ToArray(), shape);
    }

    /// <summary>The same tensors in the layout of torch.save.</summary>
    public static byte[] TorchBytes(IEnumerable<NamedTensor> tensors)
    {
        var pickle = new Import.PickleBuilder().Dict().Text("model").Global("collections", "OrderedDict").Op(')').Reduce();
        var zip = new Import.ZipBuilder();
        var index = 0;
        foreach (var tensor in tensors)
        {
            using var bytes = new MemoryStream();
            tensor.WriteTo(bytes);
            var strides = new long[tensor.Shape.Count];
            var step = 1L;
            for (var axis = strides.Length - 1; axis >= 0; axis--)
            {
                strides[axis] = step;
                step *= tensor.Shape[axis];
            }

            var key = index++.ToString();
            pickle.Text(tensor.Name).Tensor(key, "FloatStorage", tensor.Count, 0, [.. tensor.Shape.Select(side => (long)side)], strides).Op('s');
            zip.Add("fake/data/" + key, bytes.ToArray());
        }

        return zip.Add("fake/data.pkl", pickle.Op('s').Text("iteration").Number(3).Op('s').Stop().ToArray()).Build(zip64: true);
    }

    private static Dictionary<string, NamedTensor> Fill(TensorLayout layout) =>
        layout.Shapes.ToDictionary(pair => pair.Key, pair => Tensor(pair.Key, pair.Value), StringComparer.Ordinal);
}
