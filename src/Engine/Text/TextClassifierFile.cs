using OpenSegR.Realtime.Import;

namespace OpenSegR.Realtime.Text;

/// <summary>
/// Text classifiers as safetensors: <c>text_classifier</c> [K, C] without the void row, <c>num_templates</c> [T] int64, the rows of each
/// class; optional: <c>num_reasons</c> int64, R (1 where it is missing), and <c>class_index</c> [T] int64, the vocabulary's number of each
/// class (0, 1, 2, ... where it is missing). The rows of a class are read as (reason, name), as the reference does.
/// </summary>
public static class TextClassifierFile
{
    private const string Rows = "text_classifier";
    private const string RowCounts = "num_templates";
    private const string ReasonCount = "num_reasons";
    private const string ClassIndex = "class_index";

    /// <summary>Reads a classifier.</summary>
    /// <param name="path">The file.</param>
    /// <param name="vocabulary">The words of its classes; null gives them the names "class 0", "class 1", ...</param>
    /// <exception cref="InputException">The file is damaged, contradicts itself or does not fit the vocabulary.</exception>
    public static TextClassifier Read(string path, Vocabulary? vocabulary)
    {
        using var file = SafetensorsFile.Open(path);
        var shape = file[Rows].Shape;
        if (shape.Count != 2 || shape[0] < 1 || shape[1] < 1)
        {
            throw new InputException($"'{path}': {Rows} has shape {file[Rows].ShapeText}, expected [rows, dimension]");
        }

        var rowsPerClass = Numbers(file, RowCounts, 1, shape[0]);
        var reasons = file.Contains(ReasonCount) ? Numbers(file, ReasonCount, 1, TextClassifierOptions.MaxReasonCount) : [1];
        if (reasons.Length != 1 || rowsPerClass.Sum(rows => (long)rows) != shape[0] || rowsPerClass.Any(rows => rows % reasons[0] != 0))
        {
            throw new InputException($"'{path}': {RowCounts} adds up to {rowsPerClass.Sum(rows => (long)rows)} rows over "
                + $"{rowsPerClass.Length} classes with {string.Join(' ', reasons)} reasons, which does not fit {Rows} {file[Rows].ShapeText}");
        }

        var classIndex = file.Contains(ClassIndex)
            ? Numbers(file, ClassIndex, 0, Vocabulary.MaxClasses - 1)
            : [.. Enumerable.Range(0, rowsPerClass.Length)];
        vocabulary ??= Unnamed(path, classIndex.Max() + 1);
        if (classIndex.Length != rowsPerClass.Length || classIndex.Distinct().Count() != classIndex.Length
            || classIndex.Max() >= vocabulary.Count || (!file.Contains(ClassIndex) && classIndex.Length != vocabulary.Count))
        {
            throw new InputException($"'{path}' has {rowsPerClass.Length} classes"
                + (file.Contains(ClassIndex) ? $" numbered up to {classIndex.Max()}" : "")
                + $", which do not fit a vocabulary of {vocabulary.Count}");
        }

        var embeddings = file.ReadFloats(Rows);
        if (embeddings.AsSpan().ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
        {
            throw new InputException($"'{path}': {Rows} has values that are not finite numbers");
        }

        var groups = TextClassifier.ReferenceGroups(rowsPerClass, reasons[0]);
        return new TextClassifier(vocabulary, shape[1], embeddings, classIndex, reasons[0], groups);
    }

    /// <summary>Writes a classifier, its rows in the order in which they compete.</summary>
    /// <exception cref="InputException">The file cannot be written; nothing is left behind.</exception>
    public static void Write(string path, TextClassifier classifier)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        var order = classifier.Groups.SelectMany(group => group).ToArray();
        var rows = new float[order.Length * classifier.Dimension];
        for (var i = 0; i < order.Length; i++)
        {
            classifier.Embeddings.AsSpan(order[i] * classifier.Dimension, classifier.Dimension).CopyTo(rows.AsSpan(i * classifier.Dimension));
        }

        var counts = new long[classifier.ClassIndex.Length];
        for (var i = 0; i < classifier.Groups.Count; i++)
        {
            counts[i / classifier.ReasonCount] += classifier.Groups[i].Length;
        }

        SafetensorsWriter.Save(path,
        [
            NamedTensor.From(Rows, rows, order.Length, classifier.Dimension),
            NamedTensor.From(RowCounts, counts, counts.Length),
            NamedTensor.From(ReasonCount, new[] { (long)classifier.ReasonCount }),
            NamedTensor.From(ClassIndex, Array.ConvertAll(classifier.ClassIndex, i => (long)i), counts.Length),
        ]);
    }

    private static int[] Numbers(SafetensorsFile file, string name, int least, int most)
    {
        var values = file.Read<long>(name);
        return values.Length > 0 && values.All(value => value >= least && value <= most)
            ? Array.ConvertAll(values, value => (int)value)
            : throw new InputException($"'{file.Path}': {name} must be whole numbers from {least} to {most}");
    }

    private static Vocabulary Unnamed(string path, int count) => count <= Vocabulary.MaxClasses
        ? new Vocabulary([.. Enumerable.Range(0, count).Select(i => new VocabularyClass([$"class {i}"], IsThing: true))])
        : throw new InputException($"'{path}' has {count} classes, the limit is {Vocabulary.MaxClasses}");
}
