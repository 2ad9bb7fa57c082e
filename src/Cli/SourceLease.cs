using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Cli;

/// <summary>Owns a source until a pipeline takes it over, so that an error in between does not leave a camera open.</summary>
internal sealed class SourceLease(IFrameSource source) : IDisposable
{
    private IFrameSource? _source = source;

    public FrameSourceInfo Info => _source!.Info;

    public IFrameSource Take()
    {
        var taken = _source!;
        _source = null;
        return taken;
    }

    public void Dispose() => _source?.Dispose();
}
