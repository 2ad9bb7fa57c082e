using OpenSegR.Realtime.Models;

namespace OpenSegR.Realtime.Import;

/// <summary>Recognises what model a checkpoint holds, reads its sizes, and checks that its tensors are exactly those of such a model.</summary>
internal static class Architecture
{
    private const int NamesShown = 4;

    // Tensors that training needs and inference does not, or that the engine makes itself, and why each may be left out.
    private static readonly (string Pattern, string Reason)[] Skipped =
    [
        ("backbone_t.*", "the frozen CLIP that training compares with"),
        ("criterion.*", "the training loss"),
        ("ma_loss.*", "the training loss"),
        ("rc_loss.*", "the training loss"),
        ("backbone.clip_model.attn_mask", "the text tower's causal mask, which is made anew"),
        ("sem_seg_head.predictor.clip_model.attn_mask", "the text tower's causal mask, which is made anew"),
        ("sem_seg_head.predictor.text_features", "embeddings of the training classes"),
        ("sem_seg_head.predictor.text_features_test", "embeddings of the test classes"),
        ("pixel_mean", "input normalisation, which the manifest holds"),
        ("pixel_std", "input normalisation, which the manifest holds"),
        ("clip_pixel_mean", "input normalisation, which the manifest holds"),
        ("clip_pixel_std", "input normalisation, which the manifest holds"),
    ];

    /// <summary>Recognises a checkpoint.</summary>
    /// <param name="path">File name for messages.</param>
    /// <param name="tensors">Its tensors by name.</param>
    /// <param name="textHeads">Attention heads of the text tower, or null for CLIP's rule.</param>
    /// <param name="panoptic">The transfer's variant; only MAFT+ has one.</param>
    /// <exception cref="ModelException">The model is of no known kind, or tensors are missing, unknown or of another shape.</exception>
    public static RecognisedModel Recognise(string path, IReadOnlyDictionary<string, TensorSpec> tensors, int? textHeads, bool panoptic)
    {
        MaftPlusSizes? maftPlus = null;
        SedSizes? sed = null;
        TensorLayout layout;
        string name;
        if (Any(tensors, "cdt.") && Any(tensors, MaftPlusLayout.Clip))
        {
            name = "MAFT+";
            maftPlus = MaftPlusLayout.Read(new ShapeReader(path, name, tensors), textHeads, panoptic);
            layout = MaftPlusLayout.Create(maftPlus);
        }
        else if (Any(tensors, SedLayout.Clip))
        {
            name = "SED";
            sed = SedLayout.Read(new ShapeReader(path, name, tensors), textHeads);
            layout = SedLayout.Create(sed);
        }
        else
        {
            throw Unknown(path, tensors);
        }

        var skipped = new List<SkippedTensor>();
        Compare(path, name, layout, tensors, skipped);
        SizeRules.Check(maftPlus, sed, path);
        return new RecognisedModel(maftPlus, sed, [.. layout.Shapes.Keys.Select(key => tensors[key])], skipped);
    }

    /// <summary>Checks that the tensors are exactly those of the layout, apart from ones that are known to be of no use.</summary>
    /// <exception cref="ModelException">They are not; one message names the first of each kind and how many there are.</exception>
    public static void Compare(
        string path, string architecture, TensorLayout layout, IReadOnlyDictionary<string, TensorSpec> tensors, List<SkippedTensor>? skipped)
    {
        List<string> missing = [], unknown = [], different = [];
        foreach (var (name, shape) in layout.Shapes)
        {
            if (!tensors.TryGetValue(name, out var tensor))
            {
                missing.Add(name);
            }
            else if (!tensor.Shape.SequenceEqual(shape))
            {
                different.Add($"{name} is {tensor.ShapeText}, expected {TensorSpec.FormatShape(shape)}");
            }
            else if (!tensor.Type.IsFloat())
            {
                different.Add($"{name} has element type {tensor.Type}, expected F32, F16, BF16 or F64");
            }
        }

        foreach (var name in tensors.Keys)
        {
            if (layout.Shapes.ContainsKey(name))
            {
                continue;
            }

            if (skipped is not null && ReasonToSkip(name) is { } reason)
            {
                skipped.Add(new SkippedTensor(name, reason));
            }
            else
            {
                unknown.Add(name);
            }
        }

        if (missing.Count + unknown.Count + different.Count > 0)
        {
            var parts = new[] { Describe(different, "of another shape or type"), Describe(missing, "missing"), Describe(unknown, "unknown") };
            throw new ModelException(
                $"'{path}' does not fit the {architecture} architecture: {string.Join("; ", parts.Where(part => part.Length > 0))}. Use the checkpoint as its authors published it");
        }
    }

    private static string? ReasonToSkip(string name)
    {
        foreach (var (pattern, reason) in Skipped)
        {
            if (pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : name == pattern)
            {
                return reason;
            }
        }

        return null;
    }

    private static string Describe(List<string> names, string problem)
    {
        if (names.Count == 0)
        {
            return "";
        }

        names.Sort(StringComparer.Ordinal);
        var shown = string.Join(", ", names.Take(NamesShown).Select(Printable));
        var rest = names.Count > NamesShown ? $" and {names.Count - NamesShown} more" : "";
        return $"{names.Count} tensor{(names.Count == 1 ? " is" : "s are")} {problem} ({shown}{rest})";
    }

    private static ModelException Unknown(string path, IReadOnlyDictionary<string, TensorSpec> tensors)
    {
        const string Supported = "supported are MAFT+ (and OpenSeg-R on it) and SED";
        if (Any(tensors, MaftPlusLayout.Clip))
        {
            return new ModelException($"'{path}' has no content-dependent transfer (cdt.*): it looks like FC-CLIP, which is not supported; {Supported}");
        }

        if (Any(tensors, "visual.trunk.") || Any(tensors, "transformer.resblocks."))
        {
            return new ModelException($"'{path}' holds CLIP alone, without a segmentor; {Supported}");
        }

        var names = string.Join(", ", tensors.Keys.Order(StringComparer.Ordinal).Take(NamesShown).Select(Printable));
        return new ModelException($"'{path}' holds a model of an unknown architecture ({tensors.Count} tensors: {names}, ...); {Supported}");
    }

    private static bool Any(IReadOnlyDictionary<string, TensorSpec> tensors, string prefix) =>
        tensors.Keys.Any(name => name.StartsWith(prefix, StringComparison.Ordinal));

    private static string Printable(string name) => new([.. name.Take(160).Select(letter => char.IsControl(letter) ? '?' : letter)]);
}
