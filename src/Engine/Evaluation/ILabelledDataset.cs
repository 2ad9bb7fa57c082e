using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Evaluation;

/// <summary>Pictures with truth, to be scored against.</summary>
public interface ILabelledDataset
{
    /// <summary>For people: the layout and where it lies.</summary>
    string Name { get; }

    /// <summary>The words for its classes, in the order of its labels.</summary>
    Vocabulary Vocabulary { get; }

    /// <summary>Class index of each category id in COCO files about this dataset; by default ids are indices.</summary>
    IReadOnlyDictionary<int, int> Categories => Enumerable.Range(0, Vocabulary.Count).ToDictionary(c => c);

    /// <summary>What each class is in plain words, for people, where the vocabulary says it otherwise; index by index.</summary>
    Vocabulary Classes => Vocabulary;

    /// <summary>Generic reasoning that belongs to the dataset; null where there is none.</summary>
    ReasonSet? Reasons => null;

    /// <summary>How the pictures, the truth and the words were chosen, for people who read the scores; empty where the name says it all.</summary>
    string Description => "";

    /// <summary>Names of the pictures, in reading order; pictures of one video follow one another.</summary>
    IReadOnlyList<string> Ids { get; }

    /// <summary>Reads one picture. The caller disposes it.</summary>
    /// <param name="index">Position in <see cref="Ids"/>.</param>
    /// <param name="pool">Where its frame is rented.</param>
    /// <exception cref="InputException">The picture or its labels are missing, damaged or do not fit; the message names the file. Others may be read on.</exception>
    LabelledPicture Read(int index, FramePool pool);
}
