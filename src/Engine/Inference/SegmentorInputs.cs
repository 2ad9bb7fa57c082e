using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Inference.Gpu;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Inference;

/// <summary>
/// The words as a segmentor graph takes them: rows and the table of their groups, or, for SED, the rows of every class side by side. In the
/// host's memory the rows are used where they are, and the values pin their array until they are disposed; a GPU gets a copy.
/// </summary>
internal sealed class SegmentorInputs : IDisposable
{
    private readonly List<GpuMemory> _copies = [];

    /// <summary>Lays out a classifier in a GPU's memory.</summary>
    /// <param name="classifier">The words.</param>
    /// <param name="prompts">P, rows of each class, for SED; null for MAFT+.</param>
    /// <param name="device">The GPU.</param>
    /// <param name="memory">How its memory is called; it stays the caller's.</param>
    /// <exception cref="GpuException">The GPU has no memory left, or failed.</exception>
    public SegmentorInputs(TextClassifier classifier, int? prompts, GpuDevice device, OrtMemoryInfo memory)
    {
        using var host = new SegmentorInputs(classifier, prompts);
        var values = new List<OrtValue>();
        (Names, Values) = (host.Names, values);
        try
        {
            foreach (var value in host.Values)
            {
                var info = value.GetTensorTypeAndShape();
                var isReal = info.ElementDataType == TensorElementType.Float;
                _copies.Add(isReal ? device.Upload(value.GetTensorDataAsSpan<float>()) : device.Upload(value.GetTensorDataAsSpan<long>()));
                values.Add(GpuDevice.View(memory, info.ElementDataType, isReal ? sizeof(float) : sizeof(long), _copies[^1].Address, info.Shape));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Lays out a classifier.</summary>
    /// <param name="classifier">The words.</param>
    /// <param name="prompts">P, rows of each class, for SED; null for MAFT+.</param>
    public SegmentorInputs(TextClassifier classifier, int? prompts)
    {
        if (prompts is { } count)
        {
            Names = [SegmentorTensors.TextFeatures];
            Values = [OrtValue.CreateTensorValueFromMemory(classifier.Embeddings, [classifier.ClassIndex.Length, count, classifier.Dimension])];
            return;
        }

        var groups = TextGroups.Create(classifier);
        Names = [SegmentorTensors.TextClassifier, SegmentorTensors.Groups];
        Values =
        [
            OrtValue.CreateTensorValueFromMemory(classifier.Embeddings, [classifier.RowCount, classifier.Dimension]),
            OrtValue.CreateTensorValueFromMemory(groups.Rows, [groups.Reasons, groups.Classes, groups.Longest]),
        ];
    }

    /// <summary>Names of the graph's inputs.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Their values.</summary>
    public IReadOnlyList<OrtValue> Values { get; }

    /// <summary>Throws where words were embedded for another model.</summary>
    /// <param name="classifier">The words.</param>
    /// <param name="dimension">C, length of a text row.</param>
    /// <param name="prompts">P, rows of each class, for SED; null for MAFT+.</param>
    /// <exception cref="InputException">They were, or no class is in play.</exception>
    public static void Check(TextClassifier classifier, int dimension, int? prompts)
    {
        if (classifier.ClassIndex.Length == 0)
        {
            throw new InputException("no class of the vocabulary is in play: name at least one that the reasoning knows");
        }

        if (classifier.Dimension != dimension)
        {
            throw new InputException(
                $"the text embeddings have {classifier.Dimension} values, this model needs {dimension}: embed the words with this model");
        }

        if (prompts is { } count)
        {
            SedClassifier.Check(classifier, count);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in Values)
        {
            value.Dispose();
        }

        foreach (var copy in _copies)
        {
            copy.Dispose();
        }
    }
}
