using System.CommandLine;
using OpenSegR.Realtime.Capture;

namespace OpenSegR.Realtime.Cli.Options;

/// <summary>The options of every command that segments a stream of frames, and what is made of them.</summary>
internal sealed class SegmentOptions
{
    public ModelOptions Model { get; } = new();

    public VocabularyOptions Vocabulary { get; } = new();

    public MaskOptions Masks { get; } = new();

    public RunOptions Run { get; } = new();

    public OverlayOptions Overlay { get; } = new();

    public void AddTo(Command command)
    {
        Model.AddTo(command);
        Vocabulary.AddTo(command);
        Masks.AddTo(command);
        Run.AddTo(command);
        Overlay.AddTo(command);
    }

    /// <summary>Opens source and model, embeds the words and loads the network; what is wrong with the options is said before that.</summary>
    public SegmentRun Open(string input, FrameSourceOptions sourceOptions, ParseResult parsed, CancellationToken cancellation)
    {
        var (inputs, style, pipeline) = (Model.Segmentor(parsed), Overlay.Style(parsed), Run.Pipeline(parsed, isLive: false));
        var run = new SegmentRun { Options = this, Style = style, Pipeline = pipeline };
        try
        {
            run.Source = new SourceLease(FrameSources.Open(input, sourceOptions, cancellation));
            run.Pipeline = Run.Pipeline(parsed, run.Source.Info.IsLive);
            var framesAtOnce = Run.FramesAtOnce(parsed, run.Pipeline.SyncFor(run.Source.Info));
            run.Model = ModelRun.Open(Model, parsed, cancellation);
            var postprocess = Masks.Read(parsed, run.Model.Manifest, exactByDefault: false);
            run.Classifier = ModelRun.Embed(run.Model, Vocabulary, parsed, DefaultWords.Of(run.Model.Manifest), cancellation);
            run.Segmentor = run.Model.CreateSegmentor(run.Classifier, inputs with
            {
                Postprocess = postprocess,
                FramesAtOnce = framesAtOnce,
                Sharing = run.Sharing,
            });
            run.Segmentor.Prepare(run.Source.Info.Format.Width, run.Source.Info.Format.Height);
            return run;
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }
}
