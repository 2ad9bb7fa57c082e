using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Capture.Datasets;

/// <summary>Words for a dataset's classes, where they are not to be its own.</summary>
public sealed record LabelledDatasetOptions
{
    /// <summary>What a model is told: one class for each of the dataset, in its order; for synthetic scenes any classes. Null for the dataset's own.</summary>
    public Vocabulary? Words { get; init; }

    /// <summary>Synthetic scenes: what each class of <see cref="Words"/> is, in the lexicon's words. Null where the words themselves say it.</summary>
    public Vocabulary? Classes { get; init; }

    /// <summary>Generic reasoning that the model is told; in synthetic scenes it also says what the classes are.</summary>
    public ReasonSet? Reasons { get; init; }

    /// <summary>Synthetic scenes: name of the protocol that draws classes and words, where no words are given. Null for "shapes".</summary>
    public string? Protocol { get; init; }

    /// <summary>Told, in one line each, what was passed over; may be null.</summary>
    public Action<string>? Warn { get; init; }
}
