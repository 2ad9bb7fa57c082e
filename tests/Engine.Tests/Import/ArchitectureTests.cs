using System.Text.Json;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Models;
using OpenSegR.Realtime.Tests.Models;

namespace OpenSegR.Realtime.Tests.Import;

public sealed class ArchitectureTests
{
    [Fact]
    public void Sizes_of_the_golden_linear_model_are_read_off()
    {
        var model = Recognise("tiny-linear");
        var sizes = model.MaftPlus!;
        Assert.Equal([2, 2, 3, 2], sizes.TrunkDepths);
        Assert.Equal([32, 48, 64, 96], sizes.TrunkWidths);
        Assert.Null(sizes.HeadHidden);
        Assert.Equal((64, 64, 2, 2, 49408, 77), (sizes.EmbedDim, sizes.TextWidth, sizes.TextLayers, sizes.TextHeads, sizes.TextVocabulary, sizes.TextContext));
        Assert.Equal((64, 2, 8, 4, 1024), (sizes.PixelDecoderWidth, sizes.PixelDecoderLayers, sizes.PixelDecoderHeads, sizes.PixelDecoderPoints, sizes.PixelDecoderFeedForward));
        Assert.Equal((64, 64, 3, 8, 128, 20), (sizes.MaskDim, sizes.DecoderWidth, sizes.DecoderLayers, sizes.DecoderHeads, sizes.DecoderFeedForward, sizes.Queries));
        Assert.False(sizes.DecoderInputProjection);
        Assert.Equal(8, sizes.TransferHeads);
        Assert.Equal(9, model.Skipped.Count);
        Assert.All(model.Skipped, tensor => Assert.True(tensor.Name.StartsWith("backbone_t.", StringComparison.Ordinal) || tensor.Name == "criterion.empty_weight"));
        Assert.DoesNotContain(model.Tensors, tensor => tensor.Name.StartsWith("backbone_t.", StringComparison.Ordinal));
    }

    [Fact]
    public void Sizes_of_the_golden_mlp_model_are_read_off()
    {
        var sizes = Recognise("tiny-mlp-pano").MaftPlus!;
        Assert.Equal([1, 1, 2, 1], sizes.TrunkDepths);
        Assert.Equal(128, sizes.HeadHidden);
    }

    [Fact]
    public void Sizes_of_the_golden_SED_models_are_read_off()
    {
        var shapes = Shapes(Golden.Locate("sed", "shapes.json"));
        var linear = Architecture.Recognise("sed_tiny.pth", shapes, null, false);
        var sizes = linear.Sed!;
        Assert.Null(linear.MaftPlus);
        Assert.Empty(linear.Skipped);
        Assert.Equal(shapes.Count, linear.Tensors.Count);
        Assert.Equal((64, 2, 80, 48, 7), (sizes.EmbedDim, sizes.TextHeads, sizes.Prompts, sizes.HiddenDim, sizes.CorrelationKernel));
        Assert.Equal([64, 32, 16], sizes.DecoderDims);
        Assert.Equal([32, 16, 8], sizes.GuidanceDims);
        Assert.Equal([9, 9, 9], sizes.BlockKernels);
        Assert.Null(sizes.HeadHidden);

        shapes.Remove("sem_seg_head.predictor.clip_model.visual.head.proj.weight");
        using var head = SafetensorsFile.Open(Golden.Locate("sed", "sed_tiny_mlp_head.safetensors"));
        foreach (var tensor in head.InFileOrder)
        {
            shapes.Add(tensor.Name, tensor);
        }

        Assert.Equal(128, Architecture.Recognise("sed_tiny_mlp.pth", shapes, null, false).Sed!.HeadHidden);
    }

    [Fact]
    public void Every_size_survives_layout_and_recognition()
    {
        foreach (var sizes in (MaftPlusSizes[])
        [
            FakeModel.MaftPlus,
            FakeModel.MaftPlus with { HeadHidden = 50, Panoptic = true, TextHeads = 3 },
            FakeModel.MaftPlus with { DecoderWidth = 16, DecoderInputProjection = true },
            FakeModel.MaftPlus with { DecoderInputProjection = true, TrunkDepths = [3, 3, 27, 3], Queries = 1, PixelDecoderPoints = 1, TextLayers = 16 },
        ])
        {
            var read = Architecture.Recognise("x", Specs(FakeModel.Tensors(sizes)), sizes.TextHeads, sizes.Panoptic).MaftPlus!;
            Assert.Equal(JsonSerializer.Serialize(sizes), JsonSerializer.Serialize(read));
        }

        var sed = Architecture.Recognise("x", Specs(FakeModel.Tensors(FakeModel.Sed)), null, true).Sed!;
        Assert.Equal(JsonSerializer.Serialize(FakeModel.Sed), JsonSerializer.Serialize(sed));
    }

    [Fact]
    public void Missing_unknown_and_mis_shaped_tensors_are_one_error_that_names_them()
    {
        var tensors = Specs(FakeModel.Tensors(FakeModel.MaftPlus));
        tensors.Remove("cdt.cross_atten.norm.bias");
        tensors.Remove("sem_seg_head.predictor.decoder_norm.weight");
        tensors["sem_seg_head.pixel_decoder.adapter_2.weight"] = new TensorSpec("sem_seg_head.pixel_decoder.adapter_2.weight", TensorType.F32, [3]);
        tensors["void_embedding.weight"] = new TensorSpec("void_embedding.weight", TensorType.F32, [2, 16]);
        tensors["backbone.clip_model.ln_final.bias"] = new TensorSpec("backbone.clip_model.ln_final.bias", TensorType.I64, [24]);
        var error = Assert.Throws<ModelException>(() => Architecture.Recognise("a.pth", tensors, null, false));
        foreach (var part in (string[])
        [
            "a.pth", "MAFT+", "2 tensors are missing (cdt.cross_atten.norm.bias, sem_seg_head.predictor.decoder_norm.weight)",
            "1 tensor is unknown (sem_seg_head.pixel_decoder.adapter_2.weight)", "void_embedding.weight is [2, 16], expected [1, 16]", "element type I64",
        ])
        {
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Many_missing_tensors_are_counted_and_the_first_ones_named()
    {
        var tensors = Specs(FakeModel.Tensors(FakeModel.MaftPlus)).Where(pair => !pair.Key.Contains(".bias", StringComparison.Ordinal) || pair.Key.Contains("attention_weights", StringComparison.Ordinal)).ToDictionary();
        var error = Assert.Throws<ModelException>(() => Architecture.Recognise("a.pth", tensors, null, false));
        Assert.Matches(@"\d+ tensors are missing \(.*, .*, .*, .* and \d+ more\)", error.Message);
        Assert.True(error.Message.Length < 700, error.Message);
    }

    [Theory]
    [InlineData("sem_seg_head.predictor.query_feat.weight")]
    [InlineData("backbone.clip_model.visual.trunk.stem.0.weight")]
    [InlineData("sem_seg_head.pixel_decoder.transformer.encoder.layers.0.self_attn.attention_weights.bias")]
    public void A_missing_tensor_that_tells_a_size_is_named(string name)
    {
        var tensors = Specs(FakeModel.Tensors(FakeModel.MaftPlus));
        tensors.Remove(name);
        Assert.Contains(name, Assert.Throws<ModelException>(() => Architecture.Recognise("a.pth", tensors, null, false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_single_removal_and_every_single_reshape_is_noticed()
    {
        var complete = Specs(FakeModel.Tensors(FakeModel.Sed));
        foreach (var (name, spec) in complete)
        {
            var without = complete.Where(pair => pair.Key != name).ToDictionary();
            Assert.Throws<ModelException>(() => Architecture.Recognise("a.pth", without, null, false));
            var reshaped = new Dictionary<string, TensorSpec>(complete) { [name] = spec with { Shape = [.. spec.Shape, 1] } };
            Assert.Throws<ModelException>(() => Architecture.Recognise("a.pth", reshaped, null, false));
        }
    }

    [Fact]
    public void Harmless_extras_are_skipped_with_a_reason()
    {
        var tensors = Specs(FakeModel.Tensors(FakeModel.MaftPlus));
        foreach (var name in (string[])["pixel_mean", "backbone.clip_model.attn_mask", "criterion.empty_weight", "backbone_t.clip_model.anything"])
        {
            tensors[name] = new TensorSpec(name, TensorType.F32, [3]);
        }

        Assert.Equal(4, Architecture.Recognise("a.pth", tensors, null, false).Skipped.Count);
    }

    [Theory]
    [InlineData("backbone.clip_model.logit_scale", "FC-CLIP")]
    [InlineData("visual.trunk.stem.0.weight", "CLIP alone")]
    [InlineData("layer1.0.conv1.weight", "unknown architecture")]
    public void Other_models_are_named_as_such(string name, string what)
    {
        var tensors = new Dictionary<string, TensorSpec> { [name] = new(name, TensorType.F32, [3]) };
        Assert.Contains(what, Assert.Throws<ModelException>(() => Architecture.Recognise("a.pth", tensors, null, false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Impossible_sizes_and_indices_are_refused()
    {
        Refuse("sem_seg_head.pixel_decoder.transformer.level_embed", [3, int.MaxValue]);
        Refuse("backbone.clip_model.transformer.resblocks.999999999.ln_1.weight", [24]);
        Refuse("backbone.clip_model.transformer.resblocks.255.ln_1.weight", [24]);
        var heads = Specs(FakeModel.Tensors(FakeModel.MaftPlus));
        Assert.Contains("textHeads", Assert.Throws<ModelException>(() => Architecture.Recognise("a.pth", heads, 5, false)).Message, StringComparison.Ordinal);

        static void Refuse(string name, int[] shape)
        {
            var tensors = Specs(FakeModel.Tensors(FakeModel.MaftPlus));
            tensors[name] = new TensorSpec(name, TensorType.F32, shape);
            Assert.Throws<ModelException>(() => Architecture.Recognise("a.pth", tensors, null, false));
        }
    }

    private static RecognisedModel Recognise(string model) =>
        Architecture.Recognise(model, Shapes(Golden.Locate("maftplus", model, "tensors.json")), null, false);

    private static Dictionary<string, TensorSpec> Shapes(string path) =>
        JsonSerializer.Deserialize<Dictionary<string, int[]>>(File.ReadAllText(path))!.ToDictionary(
            pair => pair.Key, pair => new TensorSpec(pair.Key, TensorType.F32, pair.Value));

    private static Dictionary<string, TensorSpec> Specs(Dictionary<string, NamedTensor> tensors) =>
        tensors.ToDictionary(pair => pair.Key, pair => new TensorSpec(pair.Key, pair.Value.Type, pair.Value.Shape));
}
