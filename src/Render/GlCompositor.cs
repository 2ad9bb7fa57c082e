using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render.Gl;
using OpenSegR.Realtime.Render.Hud;
using OpenSegR.Realtime.Segmentation;
using Silk.NET.Core.Contexts;
using Silk.NET.Core.Loader;

namespace OpenSegR.Realtime.Render;

/// <summary>Composites with the shaders of <c>shaders/</c>, on any context: without a window, or that of a window.</summary>
public sealed class GlCompositor : ICompositor
{
    private readonly GlDevice _device;
    private readonly ShaderFolder _shaders;
    private readonly OverlayPasses _passes;
    private readonly QuadBatch _quads;
    private readonly HudLayout _hud;
    private readonly ReadbackRing _ring;
    private readonly Action<string> _report;

    /// <summary>Creates a compositor without a window.</summary>
    /// <exception cref="SegrException">There is no OpenGL, or the shaders do not compile.</exception>
    public GlCompositor(GlCompositorOptions? options = null) : this(EglContext.Create(), ownsContext: true, options)
    {
    }

    /// <summary>Creates a compositor on a context.</summary>
    /// <param name="context">The context; made current during calls where it is not.</param>
    /// <param name="ownsContext">True if the compositor disposes the context, also where the constructor fails.</param>
    /// <param name="options">How to work, or null for the defaults.</param>
    /// <exception cref="SegrException">The driver is too old, or the shaders do not compile.</exception>
    public GlCompositor(IGLContext context, bool ownsContext, GlCompositorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        options ??= new GlCompositorOptions();
        _report = options.ReportShaderError ?? Console.Error.WriteLine;
        ShaderFolder? shaders = null;
        try
        {
            _shaders = shaders = new ShaderFolder(options.ShaderFolder, options.WatchShaders);
            _device = new GlDevice(context, ownsContext, options.CheckCalls);
            using var scope = _device.Enter();
            var palette = options.Palette ?? ClassPalette.Shared;
            _passes = new OverlayPasses(_device, _shaders, palette, options.Sharing);
            _quads = new QuadBatch(_device, _shaders);
            _hud = new HudLayout(palette);
            _ring = new ReadbackRing(_device, options.Latency);
        }
        catch (Exception e)
        {
            // What was made on the context goes with it, or with the process where the context is someone else's.
            shaders?.Dispose();
            if (ownsContext)
            {
                context.Dispose();
            }

            if (e is SymbolLoadingException)
            {
                throw new SegrException($"no OpenGL 3.3: {e.Message}", e);
            }

            throw;
        }

        Latency = options.Latency;
    }

    /// <inheritdoc/>
    public string Name => $"{_device.Renderer} (OpenGL {(_device.IsEs ? "ES " : "")}{_device.Version.Replace("OpenGL ES ", "", StringComparison.Ordinal)})";

    /// <inheritdoc/>
    public int Latency { get; }

    /// <summary>The device, for what else is drawn on it.</summary>
    internal GlDevice Device => _device;

    /// <summary>The shaders.</summary>
    internal ShaderFolder Shaders => _shaders;

    /// <summary>What was drawn last.</summary>
    internal GlTexture Picture => _passes.Picture;

    /// <summary>True where a processor draws instead of a graphics card.</summary>
    public bool IsSoftware => _device.IsSoftware;

    /// <inheritdoc/>
    /// <exception cref="SegrException">The graphics card was reset, or has no memory left.</exception>
    public bool Compose(Frame frame, SegmentationResult? masks, OverlayStyle style, HudContent? hud, Frame target)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(style);
        ArgumentNullException.ThrowIfNull(target);
        FrameFormat? delivered = _ring.Count < Latency ? null : _ring.Count == 0 ? frame.Format : _ring.OldestFormat;
        if (delivered is { } format && format != target.Format)
        {
            throw new ArgumentException($"the target is {target.Format}, the picture is {format}", nameof(target));
        }

        using var scope = _device.Enter();
        Draw(frame, masks, style, hud);
        _ring.Add(frame);
        _device.ThrowIfLost();
        if (!_ring.IsFull)
        {
            return false;
        }

        _ring.Take(target);
        return true;
    }

    /// <summary>Draws one picture into <see cref="Picture"/>, which stays the target. The context is current.</summary>
    internal void Draw(Frame frame, SegmentationResult? masks, OverlayStyle style, HudContent? hud)
    {
        _passes.Refresh(_report);
        _quads.Refresh(_report);
        _passes.Draw(frame, masks, style);
        if (_hud.Build(frame.Format, masks, style, hud))
        {
            _quads.Draw(_hud.Quads, frame.Width, frame.Height, isFlipped: false);
        }
    }

    /// <summary>Copies what <see cref="Draw"/> drew last to memory, at once. The context is current.</summary>
    /// <param name="frame">The frame that was drawn.</param>
    /// <param name="target">A frame of the same format.</param>
    internal void ReadBack(Frame frame, Frame target)
    {
        Picture.BindAsTarget();
        _ring.Add(frame);
        _ring.Take(target);
    }

    /// <inheritdoc/>
    public bool Drain(Frame target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (_ring.Count == 0)
        {
            return false;
        }

        using var scope = _device.Enter();
        _device.ThrowIfLost();
        _ring.Take(target);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        using (_device.Enter())
        {
            _ring.Dispose();
            _quads.Dispose();
            _passes.Dispose();
        }

        _shaders.Dispose();
        _device.Dispose();
    }
}
