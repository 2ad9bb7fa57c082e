using OpenSegR.Realtime.Evaluation;

namespace OpenSegR.Realtime.Cli.Evaluation;

/// <summary>An evaluation's scores and what they are about.</summary>
/// <param name="Predictor">What predicted: a model's name, or where predictions were.</param>
/// <param name="Dataset">What was predicted.</param>
/// <param name="Scores">The scores.</param>
internal sealed record EvaluationSummary(string Predictor, ILabelledDataset Dataset, EvaluationScores Scores)
{
    /// <summary>A class as the model was told it, and what it is where that is something else: "zwoglark (red striped ball)".</summary>
    public string NameOf(int index)
    {
        var (word, meaning) = (Dataset.Vocabulary.Classes[index].Name, Dataset.Classes.Classes[index].Name);
        return word == meaning ? word : $"{word} ({meaning})";
    }
}
