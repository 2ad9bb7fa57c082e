using System.CommandLine;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Cli.Options;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;

namespace OpenSegR.Realtime.Cli;

/// <summary>Collects the outputs that the options ask for; owns them until a pipeline takes them over.</summary>
internal sealed class SinkSet : IDisposable
{
    private readonly List<ISegmentationSink> _sinks = [];

    /// <summary>Adds the picture with its masks: a video file, or a folder for one picture a frame where the name has no extension.</summary>
    public void AddPicture(string path, string input, OverlayStyle style, CompositorKind kind, HudMeter meter)
    {
        var audio = File.Exists(input) ? input : null;
        IFrameSink writer = Path.HasExtension(path)
            ? new VideoFileSink(path, new VideoFileSinkOptions { AudioFrom = audio, Warn = Terminal.Warn })
            : new ImageFolderSink(path);
        try
        {
            _sinks.Add(new CompositedSink(Compositors.Create(kind, null, Terminal.Warn), writer, style, meter));
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Adds the label maps and annotations that the options name.</summary>
    public void AddFiles(RunOptions options, ParseResult parsed)
    {
        if (options.Labels(parsed) is { } folder)
        {
            _sinks.Add(new LabelMapSink(folder));
        }

        if (options.Annotations(parsed) is { } file)
        {
            _sinks.Add(new AnnotationSink(file));
        }
    }

    public void Add(ISegmentationSink sink) => _sinks.Add(sink);

    public ISegmentationSink Take()
    {
        ISegmentationSink taken = _sinks.Count switch { 0 => new NullSink(), 1 => _sinks[0], _ => new TeeSink(_sinks.ToArray()) };
        _sinks.Clear();
        return taken;
    }

    public void Dispose() => _sinks.ForEach(sink => sink.Dispose());
}
