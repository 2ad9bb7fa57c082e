using Microsoft.ML.OnnxRuntime;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Graph.Sed;
using OpenSegR.Realtime.Models;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Inference;

/// <summary>A loaded SED network with the input and output of one picture. One thread at a time; runs allocate no managed memory.</summary>
public sealed class SedSession : IDisposable
{
    private const int MaskStride = 4;

    private readonly InferenceSession _session;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _runOptions = new();
    private readonly PinnedTensor<float> _image = new();
    private readonly PinnedTensor<float> _scores = new();
    private readonly SedSizes _sizes;
    private OrtValue? _textRows;
    private SedTextFeatures? _words;

    internal SedSession(InferenceSession session, int height, int width, SedSizes sizes)
    {
        _session = session;
        _sizes = sizes;
        _binding = session.CreateIoBinding();
        (Height, Width) = (height, width);
        _image.Resize(1, 3, height, width);
        _binding.BindInput(SegmentorTensors.Image, _image.Value);
    }

    /// <summary>Height of the input in pixels.</summary>
    public int Height { get; }

    /// <summary>Width of the input in pixels.</summary>
    public int Width { get; }

    /// <summary>[3, Height, Width] RGB planes, normalised; the caller fills it.</summary>
    public Span<float> Image => _image.Span;

    /// <summary>[T, Height / 4, Width / 4] scores from 0 to 1 of each class of the vocabulary, valid after <see cref="Run"/>.</summary>
    public ReadOnlySpan<float> Scores => _scores.Span;

    /// <summary>The words that the next run uses. Setting the same object again costs nothing.</summary>
    /// <exception cref="InputException">They were embedded for another model or with other templates.</exception>
    public SedTextFeatures? Words
    {
        get => _words;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (!ReferenceEquals(value, _words))
            {
                Bind(value);
            }
        }
    }

    /// <summary>Runs the network on the image.</summary>
    /// <exception cref="InvalidOperationException">There are no words yet.</exception>
    /// <exception cref="SegrException">ONNX Runtime failed.</exception>
    public void Run()
    {
        if (_words is null)
        {
            throw new InvalidOperationException("the session needs words before the first run");
        }

        try
        {
            _session.RunWithBinding(_runOptions, _binding);
        }
        catch (OnnxRuntimeException error)
        {
            throw new SegrException($"the network failed: {CustomOperatorLibrary.FirstLine(error.Message)}", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _binding.Dispose();
        _textRows?.Dispose();
        _image.Dispose();
        _scores.Dispose();
        _runOptions.Dispose();
        _session.Dispose();
    }

    private void Bind(SedTextFeatures words)
    {
        if (words.Dimension != _sizes.EmbedDim || words.PromptCount != _sizes.Prompts)
        {
            throw new InputException(
                $"the vocabulary has {words.PromptCount} embeddings of {words.Dimension} values a class, this model needs {_sizes.Prompts} of "
                + $"{_sizes.EmbedDim}: embed it with this model");
        }

        // The rows are used where they are; the value pins their array until it is disposed.
        var rows = OrtValue.CreateTensorValueFromMemory(words.Features, [words.Vocabulary.Count, words.PromptCount, words.Dimension]);
        _binding.BindInput(SedGraph.TextFeatures, rows);
        _textRows?.Dispose();
        _textRows = rows;
        if (_scores.Resize(words.Vocabulary.Count, Height / MaskStride, Width / MaskStride))
        {
            _binding.BindOutput(SegmentorTensors.SemanticScores, _scores.Value);
        }

        _words = words;
    }
}
