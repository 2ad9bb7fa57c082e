using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Capture.Synthetic;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Cli;

/// <summary>Opens what the user named as input.</summary>
internal static class Sources
{
    public static IFrameSource Open(string spec, FrameSourceOptions options, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return spec.StartsWith(SyntheticSource.Prefix, StringComparison.Ordinal) ? SyntheticSource.Parse(spec) : new VideoFileSource(spec, options);
    }
}
