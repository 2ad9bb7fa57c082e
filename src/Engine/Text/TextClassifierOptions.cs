namespace OpenSegR.Realtime.Text;

/// <summary>How a vocabulary becomes a classifier.</summary>
public sealed record TextClassifierOptions
{
    /// <summary>Most reasons per class that may be asked for.</summary>
    public const int MaxReasonCount = 64;

    private readonly int _reasonCount = 3;

    /// <summary>The sentences around each name; the model's own by default, MAFT+'s 14.</summary>
    public PromptTemplates Templates { get; init; } = PromptTemplates.Vild;

    /// <summary>Reasoning, or null for the bare names.</summary>
    public ReasonSet? Reasons { get; init; }

    /// <summary>
    /// R, reasons used of each class, the first ones (the reference's NUM_DES); default 3. A class that has fewer repeats them in turn.
    /// </summary>
    /// <exception cref="InputException">The value is not in 1 to <see cref="MaxReasonCount"/>.</exception>
    public int ReasonCount
    {
        get => _reasonCount;
        init => _reasonCount = value is >= 1 and <= MaxReasonCount
            ? value
            : throw new InputException($"the number of reasons must be 1 to {MaxReasonCount}, it is {value}");
    }

    /// <summary>How prompts are averaged under reasoning.</summary>
    public TextEnsemble Ensemble { get; init; }
}
