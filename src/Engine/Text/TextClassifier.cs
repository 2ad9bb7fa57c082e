namespace OpenSegR.Realtime.Text;

/// <summary>
/// A vocabulary embedded by a model's text tower: what the segmentor needs of the words, immutable, computed once and then swapped in.
/// </summary>
/// <remarks>
/// Rows are L2-normalised text embeddings, without the model's void row (the segmentor appends it). For each class in play and each
/// reason, a group of rows competes by maximum (synonyms); with R reasons there are R parallel classifiers whose softmaxed results are
/// averaged. R is 1 without reasoning.
/// </remarks>
public sealed class TextClassifier
{
    /// <summary>Creates a classifier; all arguments belong to it from now on.</summary>
    /// <param name="vocabulary">The words.</param>
    /// <param name="dimension">C, length of one row.</param>
    /// <param name="embeddings">[K, C], row by row.</param>
    /// <param name="classIndex">[T] vocabulary index of each class in play, without repetition.</param>
    /// <param name="reasonCount">R, at least 1.</param>
    /// <param name="groups">[T * R] rows that compete for class t under reason r, at index t * R + r; each at least one row below K.</param>
    /// <exception cref="ArgumentException">The arguments contradict one another.</exception>
    public TextClassifier(
        Vocabulary vocabulary, int dimension, float[] embeddings, int[] classIndex, int reasonCount, IReadOnlyList<int[]> groups)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentNullException.ThrowIfNull(classIndex);
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(reasonCount, 1);
        if (embeddings.Length % dimension != 0)
        {
            throw new ArgumentException($"{embeddings.Length} values are no whole number of rows of {dimension}", nameof(embeddings));
        }

        var rows = embeddings.Length / dimension;
        if (groups.Count != classIndex.Length * reasonCount || classIndex.Distinct().Count() != classIndex.Length
            || classIndex.Any(c => c < 0 || c >= vocabulary.Count))
        {
            throw new ArgumentException(
                $"{classIndex.Length} classes in play of {vocabulary.Count} with {reasonCount} reasons do not fit {groups.Count} groups", nameof(groups));
        }

        if (groups.Any(g => g.Length == 0 || g.Any(r => r < 0 || r >= rows)))
        {
            throw new ArgumentException($"a group is empty or names a row outside 0..{rows - 1}", nameof(groups));
        }

        Vocabulary = vocabulary;
        Dimension = dimension;
        Embeddings = embeddings;
        ClassIndex = classIndex;
        ReasonCount = reasonCount;
        Groups = groups;
    }

    /// <summary>The words.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>C, length of one row.</summary>
    public int Dimension { get; }

    /// <summary>K, number of rows, the void row not counted.</summary>
    public int RowCount => Embeddings.Length / Dimension;

    /// <summary>[K, C] unit rows.</summary>
    public float[] Embeddings { get; }

    /// <summary>[T] vocabulary index of each class in play; with generic reasoning a class without an entry may be out of play.</summary>
    public int[] ClassIndex { get; }

    /// <summary>R, number of parallel classifiers, 1 without reasoning.</summary>
    public int ReasonCount { get; }

    /// <summary>[T * R] competing rows of class t under reason r, at index t * R + r.</summary>
    public IReadOnlyList<int[]> Groups { get; }

    /// <summary>
    /// Builds the groups that the reference makes of its <c>num_templates</c>: class t owns the next <c>rowsPerClass[t]</c> rows;
    /// with R reasons they are read as (reason, synonym), reason-major, whatever order they were written in
    /// (OpenSeg-R, maft/modeling/transformer_decoder/fcclip_transformer_decoder.py, get_classification_logits_reason).
    /// </summary>
    /// <exception cref="ArgumentException">A class has no rows, or their number is no multiple of the number of reasons.</exception>
    public static IReadOnlyList<int[]> ReferenceGroups(IReadOnlyList<int> rowsPerClass, int reasonCount)
    {
        ArgumentNullException.ThrowIfNull(rowsPerClass);
        var groups = new List<int[]>(rowsPerClass.Count * reasonCount);
        var first = 0;
        foreach (var rows in rowsPerClass)
        {
            if (rows < 1 || rows % reasonCount != 0)
            {
                throw new ArgumentException($"a class with {rows} rows cannot be split over {reasonCount} reasons", nameof(rowsPerClass));
            }

            var synonyms = rows / reasonCount;
            for (var r = 0; r < reasonCount; r++)
            {
                groups.Add(Enumerable.Range(first + (r * synonyms), synonyms).ToArray());
            }

            first += rows;
        }

        return groups;
    }
}
