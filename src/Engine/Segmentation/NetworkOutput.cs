using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// What the network said about one picture, as the post-processors read it. A view: the memory belongs to whoever ran the network.
/// </summary>
/// <param name="MaskLogits">[Q, MaskHeight, MaskWidth] one mask a query, before the sigmoid, at stride 4, padding included.</param>
/// <param name="MaskClasses">[Q, R, T + 1] log(p + 1e-8) of each class in play and of void, last, under each reason (the reference's mask_cls).</param>
/// <param name="Queries">Q.</param>
/// <param name="Geometry">How the picture lies in the input.</param>
/// <param name="Classifier">The words in force: T classes in play, R reasons.</param>
public readonly ref struct NetworkOutput(
    ReadOnlySpan<float> MaskLogits, ReadOnlySpan<float> MaskClasses, int Queries, ImageGeometry Geometry, TextClassifier Classifier)
{
    /// <summary>What a network without queries said: finished scores of every class at every pixel.</summary>
    /// <param name="classMaps">[T, MaskHeight, MaskWidth], 0 to 1.</param>
    /// <param name="geometry">How the picture lies in the input.</param>
    /// <param name="classifier">The words in force: T classes in play.</param>
    public NetworkOutput(ReadOnlySpan<float> classMaps, ImageGeometry geometry, TextClassifier classifier)
        : this([], [], 0, geometry, classifier) => ClassMaps = classMaps;

    /// <summary>[T, MaskHeight, MaskWidth] scores of each class in play where there are no queries; else empty.</summary>
    public ReadOnlySpan<float> ClassMaps { get; }

    /// <summary>[Q, MaskHeight, MaskWidth] mask logits.</summary>
    public ReadOnlySpan<float> MaskLogits { get; } = MaskLogits;

    /// <summary>[Q, R, T + 1] log-probabilities.</summary>
    public ReadOnlySpan<float> MaskClasses { get; } = MaskClasses;

    /// <summary>Q, number of queries.</summary>
    public int Queries { get; } = Queries;

    /// <summary>How the picture lies in the input.</summary>
    public ImageGeometry Geometry { get; } = Geometry;

    /// <summary>The words in force.</summary>
    public TextClassifier Classifier { get; } = Classifier;

    /// <summary>T, classes in play.</summary>
    public int ClassCount => Classifier.ClassIndex.Length;

    /// <summary>R, reasons.</summary>
    public int ReasonCount => Classifier.ReasonCount;

    /// <summary>Throws unless the lengths fit the shapes.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public void Validate()
    {
        if (ClassMaps.Length != (Queries > 0 ? 0 : ClassCount * Geometry.MaskWidth * Geometry.MaskHeight))
        {
            throw new ArgumentException(
                $"{ClassMaps.Length} scores do not fit {ClassCount} classes and maps of {Geometry.MaskWidth}x{Geometry.MaskHeight}");
        }

        if (MaskLogits.Length != Queries * Geometry.MaskWidth * Geometry.MaskHeight || MaskClasses.Length != Queries * ReasonCount * (ClassCount + 1))
        {
            throw new ArgumentException(
                $"{Queries} queries, {ReasonCount} reasons, {ClassCount} classes and masks of {Geometry.MaskWidth}x{Geometry.MaskHeight} do not fit "
                + $"{MaskLogits.Length} mask logits and {MaskClasses.Length} class values");
        }
    }
}
