using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Evaluation;

/// <summary>Goes through a dataset, asks for a prediction for every picture, and adds up the scores.</summary>
public static class DatasetEvaluation
{
    /// <summary>Scores a dataset.</summary>
    /// <param name="dataset">The pictures.</param>
    /// <param name="predict">Gives the prediction for a picture; an <see cref="InputException"/> means that there is none that can be used.</param>
    /// <param name="progress">Told the number of pictures that are done; may be null.</param>
    /// <param name="cancellationToken">Ends the work between two pictures.</param>
    /// <returns>The scores; pictures that could not be read or have no usable prediction are listed as skipped.</returns>
    /// <exception cref="InputException">No picture at all could be scored.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static EvaluationScores Run(
        ILabelledDataset dataset, Func<LabelledPicture, Prediction> predict, IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(predict);
        var tally = new EvaluationTally(dataset.Vocabulary);
        var pool = new FramePool();
        for (var i = 0; i < dataset.Ids.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                using var picture = dataset.Read(i, pool);
                tally.Add(i, picture, predict(picture));
            }
            catch (InputException e)
            {
                tally.Skip(dataset.Ids[i], e.Message);
            }

            progress?.Report(i + 1);
        }

        var scores = tally.Score();
        return scores.Frames > 0 ? scores : throw new InputException(
            $"none of the {dataset.Ids.Count} pictures of {dataset.Name} could be scored; the first: {scores.Skipped[0].Reason}");
    }
}
