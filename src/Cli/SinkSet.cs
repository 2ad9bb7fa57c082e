using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;

namespace OpenSegR.Realtime.Cli;

/// <summary>Collects the outputs that the options ask for; owns them until a pipeline takes them over.</summary>
internal sealed class SinkSet : IDisposable
{
    private readonly List<ISegmentationSink> _sinks = [];

    public void AddPicture(string path, string input, OverlayStyle style, CompositorKind kind, HudMeter meter)
    {
        var audio = File.Exists(input) ? input : null;
        var writer = new VideoFileSink(path, new VideoFileSinkOptions { AudioFrom = audio, Warn = Terminal.Warn });
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

    public void Add(ISegmentationSink sink) => _sinks.Add(sink);

    public ISegmentationSink Take()
    {
        ISegmentationSink taken = _sinks.Count switch { 0 => new NullSink(), 1 => _sinks[0], _ => new TeeSink(_sinks.ToArray()) };
        _sinks.Clear();
        return taken;
    }

    public void Dispose() => _sinks.ForEach(sink => sink.Dispose());
}
