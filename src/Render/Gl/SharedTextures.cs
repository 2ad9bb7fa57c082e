using OpenSegR.Realtime.Inference.Gpu;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Render.Gl;

/// <summary>
/// The textures of a frame and its labels, filled from the memory of the GPU that made them where it has them; what it has not is for the caller
/// to upload. The first failure ends it for good: everything is uploaded from then on, beginning with the very frame that it happened at.
/// </summary>
internal sealed class SharedTextures : IDisposable
{
    private readonly GpuSharing _sharing;
    private readonly GlTexture _frame;
    private readonly GlTexture _labels;
    private readonly bool[] _isAdded = [false, false];
    private GpuTextures? _textures;
    private bool _hasDrawn;

    /// <summary>Wants copies from now on.</summary>
    /// <param name="sharing">Where they are asked for.</param>
    /// <param name="frame">The frame's texture; it stays the caller's.</param>
    /// <param name="labels">The labels' texture; it stays the caller's.</param>
    public SharedTextures(GpuSharing sharing, GlTexture frame, GlTexture labels)
    {
        (_sharing, _frame, _labels) = (sharing, frame, labels);
        sharing.Want();
    }

    /// <summary>Sets the size of a texture, which is not shared while it changes.</summary>
    public void Resize(GpuCopyKind kind, int width, int height)
    {
        var texture = Of(kind);
        if (_isAdded[(int)kind] && (texture.Width != width || texture.Height != height))
        {
            _textures!.Remove(kind);
            _isAdded[(int)kind] = false;
        }

        texture.Resize(width, height);
    }

    /// <summary>Fills the textures, which have their sizes, as far as the GPU has what goes into them.</summary>
    /// <param name="frame">The frame to be drawn.</param>
    /// <param name="masks">The masks to be drawn, or null for none.</param>
    /// <returns>Which of the two were filled. Where one was not, its texture may have lost its size.</returns>
    public (bool Frame, bool Labels) Fill(Frame frame, SegmentationResult? masks)
    {
        var (pixels, labels) = (frame.GpuCopy, masks?.GpuCopy);
        if (_sharing.Problem is not null || (pixels is null && labels is null))
        {
            return default;
        }

        try
        {
            _textures ??= (pixels ?? labels!).OpenTextures();
            Add(GpuCopyKind.Frame, pixels);
            Add(GpuCopyKind.Labels, labels);
            _textures.Fill(pixels, labels);
        }
        catch (SegrException error)
        {
            _sharing.Refuse(error.Message, _hasDrawn ? frame.Index : null);
            GiveUp();
            return default;
        }

        _hasDrawn = true;
        _sharing.Confirm();
        return (pixels is not null, labels is not null);
    }

    /// <summary>Gives the textures back, which their owner deletes afterwards.</summary>
    public void Dispose()
    {
        _textures?.Dispose();
        _textures = null;
    }

    private GlTexture Of(GpuCopyKind kind) => kind == GpuCopyKind.Frame ? _frame : _labels;

    private void Add(GpuCopyKind kind, GpuCopy? copy)
    {
        if (copy is null || _isAdded[(int)kind])
        {
            return;
        }

        var texture = Of(kind);
        _textures!.Add(kind, texture.Name, texture.Width, texture.Height);
        _isAdded[(int)kind] = true;
    }

    // CUDA may not have let go of the textures: OpenGL gets others.
    private void GiveUp()
    {
        Dispose();
        foreach (var kind in new[] { GpuCopyKind.Frame, GpuCopyKind.Labels })
        {
            if (_isAdded[(int)kind])
            {
                _isAdded[(int)kind] = false;
                Of(kind).Renew();
            }
        }
    }
}
