using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Evaluation;

/// <summary>Pictures with truth, to be scored against.</summary>
public interface ILabelledDataset
{
    /// <summary>For people: the layout and where it lies.</summary>
    string Name { get; }

    /// <summary>The dataset's own classes, in the order of its labels.</summary>
    Vocabulary Vocabulary { get; }

    /// <summary>Names of the pictures, in reading order; pictures of one video follow one another.</summary>
    IReadOnlyList<string> Ids { get; }

    /// <summary>Reads one picture. The caller disposes it.</summary>
    /// <param name="index">Position in <see cref="Ids"/>.</param>
    /// <param name="pool">Where its frame is rented.</param>
    /// <exception cref="InputException">The picture or its labels are missing, damaged or do not fit; the message names the file. Others may be read on.</exception>
    LabelledPicture Read(int index, FramePool pool);
}
