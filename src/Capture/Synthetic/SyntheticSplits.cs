namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>
/// What training may see and what it may not, defined here alone: seeds and (shape, colour, surface) compositions. Which words training
/// may read beside pictures is in the lexicon: "words" are, the "thesaurus" ones are met in text only, and invented names never.
/// </summary>
public static class SyntheticSplits
{
    /// <summary>Training uses the seeds from here on; every smaller seed is free for evaluation and demonstrations.</summary>
    public const long FirstTrainingSeed = 1_000_000_000;

    /// <summary>True where training may use the scene.</summary>
    public static bool IsTrainingSeed(long seed) => seed >= FirstTrainingSeed;

    /// <summary>
    /// True where no training scene contains the composition: one (shape, colour) pair in 13 with every surface, and of the rest one
    /// (shape, colour, surface) triple in 11.
    /// </summary>
    public static bool IsHeldOut(ThingAttributes thing)
    {
        int shape = (int)thing.Shape, colour = thing.Colour, surface = (int)thing.Surface;
        return ((shape * 5) + (colour * 3)) % 13 == 6 || ((shape * 7) + (colour * 3) + (surface * 5)) % 11 == 4;
    }
}
