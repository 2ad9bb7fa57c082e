namespace OpenSegR.Realtime.Text;

/// <summary>
/// Sentences with a place for a name, "{}". The features of all sentences of a name are averaged, which makes them robust (CLIP,
/// section 3.1.4). A model works best with the templates that it was trained with.
/// </summary>
public sealed class PromptTemplates
{
    private const string Place = "{}";

    private PromptTemplates(string name, params IReadOnlyList<string> formats)
    {
        Name = name;
        Formats = formats;
    }

    /// <summary>The 14 templates of ViLD, which MAFT+ and OpenSeg-R use (OpenSeg-R, maft/utils/text_templetes.py).</summary>
    public static PromptTemplates Vild { get; } = new(
        "vild",
        "a photo of a {}.",
        "This is a photo of a {}",
        "There is a {} in the scene",
        "There is the {} in the scene",
        "a photo of a {} in the scene",
        "a photo of a small {}.",
        "a photo of a medium {}.",
        "a photo of a large {}.",
        "This is a photo of a small {}.",
        "This is a photo of a medium {}.",
        "This is a photo of a large {}.",
        "There is a small {} in the scene.",
        "There is a medium {} in the scene.",
        "There is a large {} in the scene.");

    /// <summary>The 80 templates that CLIP uses for ImageNet, and SED for its correlation.</summary>
    public static PromptTemplates ImageNet { get; } = new(
        "imagenet",
        "a bad photo of a {}.",
        "a photo of many {}.",
        "a sculpture of a {}.",
        "a photo of the hard to see {}.",
        "a low resolution photo of the {}.",
        "a rendering of a {}.",
        "graffiti of a {}.",
        "a bad photo of the {}.",
        "a cropped photo of the {}.",
        "a tattoo of a {}.",
        "the embroidered {}.",
        "a photo of a hard to see {}.",
        "a bright photo of a {}.",
        "a photo of a clean {}.",
        "a photo of a dirty {}.",
        "a dark photo of the {}.",
        "a drawing of a {}.",
        "a photo of my {}.",
        "the plastic {}.",
        "a photo of the cool {}.",
        "a close-up photo of a {}.",
        "a black and white photo of the {}.",
        "a painting of the {}.",
        "a painting of a {}.",
        "a pixelated photo of the {}.",
        "a sculpture of the {}.",
        "a bright photo of the {}.",
        "a cropped photo of a {}.",
        "a plastic {}.",
        "a photo of the dirty {}.",
        "a jpeg corrupted photo of a {}.",
        "a blurry photo of the {}.",
        "a photo of the {}.",
        "a good photo of the {}.",
        "a rendering of the {}.",
        "a {} in a video game.",
        "a photo of one {}.",
        "a doodle of a {}.",
        "a close-up photo of the {}.",
        "a photo of a {}.",
        "the origami {}.",
        "the {} in a video game.",
        "a sketch of a {}.",
        "a doodle of the {}.",
        "a origami {}.",
        "a low resolution photo of a {}.",
        "the toy {}.",
        "a rendition of the {}.",
        "a photo of the clean {}.",
        "a photo of a large {}.",
        "a rendition of a {}.",
        "a photo of a nice {}.",
        "a photo of a weird {}.",
        "a blurry photo of a {}.",
        "a cartoon {}.",
        "art of a {}.",
        "a sketch of the {}.",
        "a embroidered {}.",
        "a pixelated photo of a {}.",
        "itap of the {}.",
        "a jpeg corrupted photo of the {}.",
        "a good photo of a {}.",
        "a plushie {}.",
        "a photo of the nice {}.",
        "a photo of the small {}.",
        "a photo of the weird {}.",
        "the cartoon {}.",
        "art of the {}.",
        "a drawing of the {}.",
        "a photo of the large {}.",
        "a black and white photo of a {}.",
        "the plushie {}.",
        "a dark photo of a {}.",
        "itap of a {}.",
        "graffiti of the {}.",
        "a toy {}.",
        "itap of my {}.",
        "a photo of a cool {}.",
        "a photo of a small {}.",
        "a tattoo of the {}.");

    /// <summary>The bare name.</summary>
    public static PromptTemplates None { get; } = new("none", Place);

    /// <summary>The name by which users and model manifests choose the set.</summary>
    public string Name { get; }

    /// <summary>The sentences, each with one "{}".</summary>
    public IReadOnlyList<string> Formats { get; }

    /// <summary>Number of sentences.</summary>
    public int Count => Formats.Count;

    /// <summary>The set of this name: "vild", "imagenet" or "none".</summary>
    /// <exception cref="InputException">There is no such set.</exception>
    public static PromptTemplates Named(string name) => name switch
    {
        "vild" => Vild,
        "imagenet" => ImageNet,
        "none" => None,
        _ => throw new InputException($"there are no prompt templates '{name}'; choose vild, imagenet or none"),
    };

    /// <summary>Sentence <paramref name="index"/> with a name in its place.</summary>
    public string Fill(int index, string name) => Formats[index].Replace(Place, name, StringComparison.Ordinal);
}
