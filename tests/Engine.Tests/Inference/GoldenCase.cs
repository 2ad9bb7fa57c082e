using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Inference;

/// <summary>One case of the MAFT+ reference tensors, as the segmentor takes it.</summary>
internal sealed class GoldenCase : IDisposable
{
    // Inputs, what the text side makes, and what post-processing makes: not made by the segmentor's graph.
    private static readonly HashSet<string> NotOfTheGraph =
    [
        "image", "output_size", "token_ids", "text_features", "text_classifier", "text_classifier_per_reason", "num_templates",
        "class_index", "sem_seg", "panoptic_seg", "panoptic_seg_intended",
    ];

    private static readonly float[] Mean = [122.7709383f, 116.7460125f, 104.09373615f];
    private static readonly float[] Std = [68.5005327f, 66.6321579f, 70.32316305f];

    public GoldenCase(string model, int number)
    {
        File = SafetensorsFile.Open(Golden.Locate("maftplus", model, $"case-{number}.safetensors"));
        Reasoning = number > 1;
        var shape = File["image"].Shape;
        (Height, Width) = ((shape[0] + 31) / 32 * 32, (shape[1] + 31) / 32 * 32);
        Image = Normalise(File.Read<byte>("image"), shape[0], shape[1]);
        var rows = File.Read<float>("text_classifier");
        var perClass = File.Read<long>("num_templates").Select(count => (int)count).ToArray();
        var reasons = Reasoning ? 3 : 1;
        var words = new Vocabulary([.. Enumerable.Range(0, 8).Select(c => new VocabularyClass([$"class {c}"], c % 2 == 0))]);
        int[] inPlay = File.Contains("class_index") ? [.. File.Read<long>("class_index").Select(c => (int)c)] : [.. Enumerable.Range(0, perClass.Length)];
        Classifier = new TextClassifier(
            words, File["text_classifier"].Shape[1], rows, inPlay, reasons, TextClassifier.ReferenceGroups(perClass, reasons));
    }

    public SafetensorsFile File { get; }

    public bool Reasoning { get; }

    /// <summary>Size of <see cref="Image"/>, multiples of 32.</summary>
    public int Height { get; }

    public int Width { get; }

    /// <summary>[3, Height, Width], normalised, then padded.</summary>
    public float[] Image { get; }

    public TextClassifier Classifier { get; }

    public IEnumerable<string> GraphTensors => File.Tensors.Keys.Where(name => !NotOfTheGraph.Contains(name));

    public void Dispose() => File.Dispose();

    private float[] Normalise(byte[] pixels, int height, int width)
    {
        var planes = new float[3 * Height * Width];
        for (var c = 0; c < 3; c++)
        {
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    planes[(((c * Height) + y) * Width) + x] = (pixels[(((y * width) + x) * 3) + c] - Mean[c]) / Std[c];
                }
            }
        }

        return planes;
    }
}
