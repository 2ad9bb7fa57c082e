using OpenSegR.Realtime.Inference.Gpu;

namespace OpenSegR.Realtime.Render;

/// <summary>How a <see cref="GlCompositor"/> works.</summary>
public sealed record GlCompositorOptions
{
    private readonly int _latency = 1;

    /// <summary>
    /// Pictures that come out late, 0 to 8. With 1, the default, the driver draws and copies one picture while the caller prepares the next;
    /// with 0 each call waits for its own picture.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside 0 to 8.</exception>
    public int Latency
    {
        get => _latency;
        init => _latency = value is >= 0 and <= 8 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "latency is 0 to 8");
    }

    /// <summary>Folder of the GLSL files, or null for <c>shaders</c> beside the program.</summary>
    public string? ShaderFolder { get; init; }

    /// <summary>True to notice shader files that are changed while the program runs.</summary>
    public bool WatchShaders { get; init; }

    /// <summary>Receives compile errors of changed shader files; null writes them to standard error.</summary>
    public Action<string>? ReportShaderError { get; init; }

    /// <summary>True to ask the driver for errors after each call, for debugging.</summary>
    public bool CheckCalls { get; init; }

    /// <summary>Colours of the classes, or null for the shared ones.</summary>
    public ClassPalette? Palette { get; init; }

    /// <summary>
    /// What the segmentor was given too (<see cref="Segmentation.SegmentorOptions.Sharing"/>), so that frames and label maps that a GPU has are
    /// drawn from its memory; null to upload all. It stays the caller's.
    /// </summary>
    public GpuSharing? Sharing { get; init; }
}
