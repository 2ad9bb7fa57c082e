using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using Silk.NET.OpenGL;
using GlPixelFormat = Silk.NET.OpenGL.PixelFormat;

namespace OpenSegR.Realtime.Render.Gl;

/// <summary>
/// Draws a frame and its masks into a texture: guide, resolve, overlay. Textures hold row 0 of the image in row 0 and the channels in the
/// frame's own order; nothing is flipped or swapped before the picture goes to a window.
/// </summary>
internal sealed unsafe class OverlayPasses : IDisposable
{
    private const int TableWidth = 256;
    private readonly GlDevice _device;
    private readonly OverlayColors _colors;
    private readonly GlTexture _frame;
    private readonly GlTexture _labels;
    private readonly GlTexture _guide;
    private readonly GlTexture _resolved;
    private readonly GlTexture _fillTable;
    private readonly GlTexture _contourTable;
    private readonly GlProgram _guideProgram;
    private readonly GlProgram _resolveProgram;
    private readonly GlProgram _overlayProgram;
    private readonly uint _vertexArray;
    private uint[] _padded = [];
    private int _colorVersion = -1;

    /// <summary>Makes the textures and compiles the shaders; the device's context is current.</summary>
    public OverlayPasses(GlDevice device, ShaderFolder shaders, ClassPalette palette)
    {
        _device = device;
        _colors = new OverlayColors(palette);
        _guideProgram = new GlProgram(device, shaders, "fullscreen.vert.glsl", "guide.glsl",
            "frameTexture", "labelTexture", "frameSize", "mapSize", "calmRadius", "lastLabel");
        _resolveProgram = new GlProgram(device, shaders, "fullscreen.vert.glsl", "resolve.glsl",
            "frameTexture", "labelTexture", "guideTexture", "frameSize", "mapSize", "lastLabel");
        _overlayProgram = new GlProgram(device, shaders, "fullscreen.vert.glsl", "overlay.glsl",
            "frameTexture", "guideTexture", "resolvedTexture", "fillTable", "contourTable", "frameSize", "mapSize", "hasMasks",
            "contourStep", "contourRamp");
        _frame = new GlTexture(device, InternalFormat.Rgb8, GlPixelFormat.Rgb);
        _labels = new GlTexture(device, InternalFormat.R16ui, GlPixelFormat.RedInteger, PixelType.UnsignedShort);
        _guide = new GlTexture(device, InternalFormat.Rgba8, GlPixelFormat.Rgba, isTarget: true);
        _resolved = new GlTexture(device, InternalFormat.R16ui, GlPixelFormat.RedInteger, PixelType.UnsignedShort, isTarget: true);
        _fillTable = new GlTexture(device, InternalFormat.Rgba8, GlPixelFormat.Rgba);
        _contourTable = new GlTexture(device, InternalFormat.Rgba8, GlPixelFormat.Rgba);
        Picture = new GlTexture(device, InternalFormat.Rgba8, GlPixelFormat.Rgba, isTarget: true, isLinear: true);
        _vertexArray = device.Gl.GenVertexArray();
        // Complete textures, so that a pass without masks may leave them bound.
        _labels.Resize(1, 1);
        _guide.Resize(1, 1);
        _resolved.Resize(1, 1);
        _fillTable.Resize(TableWidth, TableWidth);
        _contourTable.Resize(TableWidth, TableWidth);
    }

    /// <summary>The picture, of the frame's size.</summary>
    public GlTexture Picture { get; }

    /// <summary>Compiles shaders again whose files were changed.</summary>
    public void Refresh(Action<string> report)
    {
        _guideProgram.Refresh(report);
        _resolveProgram.Refresh(report);
        _overlayProgram.Refresh(report);
    }

    /// <summary>Draws into <see cref="Picture"/>, which stays the target.</summary>
    public void Draw(Frame frame, SegmentationResult? masks, OverlayStyle style)
    {
        var gl = _device.Gl;
        gl.BindVertexArray(_vertexArray);
        gl.Disable(EnableCap.Blend);
        using (_device.Pass("upload"u8))
        {
            _frame.Resize(frame.Width, frame.Height);
            _frame.Upload((void*)frame.DangerousAddress, frame.Height);
            Picture.Resize(frame.Width, frame.Height);
        }

        var hasMasks = masks is not null && masks.Width > 0;
        var (step, low, high) = OverlayMath.ContourRamp(style.ContourWidth);
        if (hasMasks)
        {
            PrepareMasks(frame, masks!, style, step);
        }

        using (_device.Pass("overlay"u8))
        {
            Picture.BindAsTarget();
            _overlayProgram.Bind();
            BindAt(_frame, 0, _overlayProgram[0]);
            BindAt(_guide, 1, _overlayProgram[1]);
            BindAt(_resolved, 2, _overlayProgram[2]);
            BindAt(_fillTable, 3, _overlayProgram[3]);
            BindAt(_contourTable, 4, _overlayProgram[4]);
            gl.Uniform2(_overlayProgram[5], frame.Width, frame.Height);
            gl.Uniform2(_overlayProgram[6], _labels.Width, _labels.Height);
            gl.Uniform1(_overlayProgram[7], hasMasks ? 1 : 0);
            gl.Uniform1(_overlayProgram[8], style.Contours ? step : 0);
            gl.Uniform2(_overlayProgram[9], low, high);
            gl.DrawArrays(PrimitiveType.Triangles, 0, 3);
            _device.Check("DrawArrays overlay");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _frame.Dispose();
        _labels.Dispose();
        _guide.Dispose();
        _resolved.Dispose();
        _fillTable.Dispose();
        _contourTable.Dispose();
        Picture.Dispose();
        _guideProgram.Dispose();
        _resolveProgram.Dispose();
        _overlayProgram.Dispose();
        _device.Gl.DeleteVertexArray(_vertexArray);
    }

    private void PrepareMasks(Frame frame, SegmentationResult masks, OverlayStyle style, int step)
    {
        var gl = _device.Gl;
        _colors.Update(masks, style, frame.Format.PixelFormat);
        using (_device.Pass("upload masks"u8))
        {
            _labels.Resize(masks.Width, masks.Height);
            fixed (ushort* labels = masks.Labels)
            {
                _labels.Upload(labels, masks.Height);
            }

            if (_colorVersion != _colors.Version)
            {
                _colorVersion = _colors.Version;
                UploadTable(_fillTable, _colors.Fill);
                UploadTable(_contourTable, _colors.Contour);
            }
        }

        _guide.Resize(masks.Width, masks.Height);
        _resolved.Resize(frame.Width, frame.Height);
        using (_device.Pass("guide"u8))
        {
            var spacing = style.Contours ? step : 1;
            _guide.BindAsTarget();
            _guideProgram.Bind();
            BindAt(_frame, 0, _guideProgram[0]);
            BindAt(_labels, 1, _guideProgram[1]);
            gl.Uniform2(_guideProgram[2], frame.Width, frame.Height);
            gl.Uniform2(_guideProgram[3], masks.Width, masks.Height);
            gl.Uniform2(_guideProgram[4],
                OverlayMath.CalmRadius(frame.Width, masks.Width, spacing), OverlayMath.CalmRadius(frame.Height, masks.Height, spacing));
            gl.Uniform1(_guideProgram[5], _colors.Count);
            gl.DrawArrays(PrimitiveType.Triangles, 0, 3);
            _device.Check("DrawArrays guide");
        }

        using (_device.Pass("resolve"u8))
        {
            _resolved.BindAsTarget();
            _resolveProgram.Bind();
            BindAt(_frame, 0, _resolveProgram[0]);
            BindAt(_labels, 1, _resolveProgram[1]);
            BindAt(_guide, 2, _resolveProgram[2]);
            gl.Uniform2(_resolveProgram[3], frame.Width, frame.Height);
            gl.Uniform2(_resolveProgram[4], masks.Width, masks.Height);
            gl.Uniform1(_resolveProgram[5], _colors.Count);
            gl.DrawArrays(PrimitiveType.Triangles, 0, 3);
            _device.Check("DrawArrays resolve");
        }
    }

    private void BindAt(GlTexture texture, int unit, int uniform)
    {
        texture.Bind(unit);
        _device.Gl.Uniform1(uniform, unit);
    }

    private void UploadTable(GlTexture table, ReadOnlySpan<uint> colors)
    {
        var rows = (colors.Length + TableWidth - 1) / TableWidth;
        if (_padded.Length < rows * TableWidth)
        {
            _padded = GC.AllocateArray<uint>(rows * TableWidth, pinned: true);
        }

        colors.CopyTo(_padded);
        fixed (uint* pixels = _padded)
        {
            table.Upload(pixels, rows);
        }
    }
}
