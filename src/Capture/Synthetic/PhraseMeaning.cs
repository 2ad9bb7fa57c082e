namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>
/// The things that a phrase is true of, as one set of values for each attribute (bit i stands for value i). A phrase that says nothing of an
/// attribute leaves it open (all bits).
/// </summary>
/// <param name="Shapes">Possible shapes.</param>
/// <param name="Colours">Possible colours.</param>
/// <param name="Surfaces">Possible surfaces.</param>
/// <param name="Stuff">Possible kinds of stuff.</param>
public readonly record struct PhraseMeaning(uint Shapes, uint Colours, uint Surfaces, uint Stuff)
{
    /// <summary>The meaning of a phrase without a known word.</summary>
    public static PhraseMeaning Anything { get; } = new(uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue);

    /// <summary>Attributes that the phrase speaks of, 0 to 4.</summary>
    public int Specificity =>
        (Shapes != uint.MaxValue ? 1 : 0) + (Colours != uint.MaxValue ? 1 : 0) + (Surfaces != uint.MaxValue ? 1 : 0) + (Stuff != uint.MaxValue ? 1 : 0);

    /// <summary>The meaning of two phrases said of one thing.</summary>
    public PhraseMeaning And(PhraseMeaning other) =>
        new(Shapes & other.Shapes, Colours & other.Colours, Surfaces & other.Surfaces, Stuff & other.Stuff);

    /// <summary>True where the phrase, which must say something, is true of a segment.</summary>
    public bool IsTrueOf(SyntheticSegment segment)
    {
        if (segment.Thing is { } thing)
        {
            return Stuff == uint.MaxValue && Specificity > 0
                && (Shapes >> (int)thing.Shape & 1) != 0 && (Colours >> thing.Colour & 1) != 0 && (Surfaces >> (int)thing.Surface & 1) != 0;
        }

        return Stuff != uint.MaxValue && (Stuff >> (int)segment.Stuff!.Value & 1) != 0;
    }
}
