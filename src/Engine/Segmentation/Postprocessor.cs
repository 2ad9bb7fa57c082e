namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// Turns the network's output into masks, in the mode and at the resolution that the options ask for. Keeps its scratch memory from call
/// to call; one thread at a time.
/// </summary>
public sealed class Postprocessor : IDisposable
{
    private readonly WorkerTeam _team;
    private readonly SemanticPostprocessor _semantic;
    private readonly PanopticPostprocessor _panoptic;
    private readonly InstancePostprocessor _instance;

    /// <summary>Creates a post-processor.</summary>
    public Postprocessor(PostprocessOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        _team = new WorkerTeam(Math.Max(1, options.Threads), "postprocess");
        _semantic = new SemanticPostprocessor(options, _team);
        _panoptic = new PanopticPostprocessor(options, _team);
        _instance = new InstancePostprocessor(options, _team);
    }

    /// <summary>Rules and thresholds in force.</summary>
    public PostprocessOptions Options { get; }

    /// <summary>Fills <paramref name="result"/>, which stays the caller's.</summary>
    /// <exception cref="ArgumentException">The output's shapes contradict one another.</exception>
    public void Run(in NetworkOutput output, SegmentationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        output.Validate();
        if (Options.Mode != SegmentationMode.Semantic && output.Queries == 0)
        {
            throw new InputException($"this model gives every pixel a class and knows no objects, so there is no {Options.Mode.ToString().ToLowerInvariant()} mode: use semantic");
        }

        result.Mode = Options.Mode;
        result.Vocabulary = output.Classifier.Vocabulary;
        result.Segments.Clear();
        result.ClearInstanceMasks();
        switch (Options.Mode)
        {
            case SegmentationMode.Panoptic:
                _panoptic.Run(output, result);
                break;
            case SegmentationMode.Instance:
                _instance.Run(output, result);
                break;
            default:
                _semantic.Run(output, result);
                break;
        }
    }

    /// <summary>
    /// The scores of semantic inference at the frame's size, in the reference's order: [vocabulary classes, height, width].
    /// For inspection and evaluation; needs as much memory as it says.
    /// </summary>
    public float[] SemanticScores(in NetworkOutput output)
    {
        output.Validate();
        return _semantic.Scores(output);
    }

    /// <summary>Ends the worker threads.</summary>
    public void Dispose() => _team.Dispose();
}
