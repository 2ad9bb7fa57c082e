using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render.Cpu;
using OpenSegR.Realtime.Render.Gl;
using OpenSegR.Realtime.Segmentation;
using Silk.NET.OpenGL;

namespace OpenSegR.Realtime.Render.Live;

/// <summary>
/// The picture in a window, before it is scaled. A graphics card draws it with the compositor's shaders; where OpenGL is software, the CPU
/// compositor draws the same picture in a tenth of the time and OpenGL only shows it.
/// </summary>
internal sealed unsafe class WindowPicture : IDisposable
{
    private readonly GlCompositor _compositor;
    private readonly CpuCompositor? _cpu;
    private readonly GlTexture? _upload;
    private readonly FramePool _pool = new(keepPerFormat: 1);
    private Frame? _composed;
    private byte[] _staging = [];

    /// <summary>Creates a picture of nothing.</summary>
    /// <param name="compositor">The compositor of the window's context; it stays the caller's.</param>
    /// <param name="palette">Colours of the classes.</param>
    /// <param name="onCpu">True to let the CPU draw.</param>
    public WindowPicture(GlCompositor compositor, ClassPalette palette, bool onCpu)
    {
        _compositor = compositor;
        if (onCpu)
        {
            _cpu = new CpuCompositor(palette);
            _upload = new GlTexture(compositor.Device, InternalFormat.Rgba8, Silk.NET.OpenGL.PixelFormat.Rgba, isLinear: true);
        }
    }

    /// <summary>The picture.</summary>
    public GlTexture Texture => _upload ?? _compositor.Picture;

    /// <summary>Draws.</summary>
    public void Draw(Frame frame, SegmentationResult masks, OverlayStyle style, HudContent? hud)
    {
        if (_cpu is null)
        {
            _compositor.Draw(frame, masks, style, hud);
            return;
        }

        if (_composed?.Format != frame.Format)
        {
            _composed?.Dispose();
            _composed = _pool.Rent(frame.Format);
        }

        _cpu.Compose(frame, masks, style, hud, _composed);
        var bytes = 4 * frame.Width * frame.Height;
        if (_staging.Length < bytes)
        {
            _staging = GC.AllocateUninitializedArray<byte>(bytes, pinned: true);
        }

        PixelPacking.Expand(_composed.Pixels, _staging);
        _upload!.Resize(frame.Width, frame.Height);
        fixed (byte* pixels = _staging)
        {
            _upload.Upload(pixels, frame.Height, frame.Width);
        }
    }

    /// <summary>Copies what was drawn last to memory.</summary>
    /// <param name="frame">The frame that was drawn.</param>
    /// <param name="target">A frame of the same format.</param>
    public void ReadBack(Frame frame, Frame target)
    {
        if (_composed is null)
        {
            _compositor.ReadBack(frame, target);
        }
        else
        {
            target.CopyFrom(_composed);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _upload?.Dispose();
        _composed?.Dispose();
        _cpu?.Dispose();
    }
}
