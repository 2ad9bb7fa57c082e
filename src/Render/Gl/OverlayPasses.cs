using OpenSegR.Realtime.Inference.Gpu;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using Silk.NET.OpenGL;
using GlPixelFormat = Silk.NET.OpenGL.PixelFormat;

namespace OpenSegR.Realtime.Render.Gl;

/// <summary>
/// Draws a frame and its masks into a texture. Textures hold row 0 of the image in row 0 and the channels in the frame's own order; nothing
/// is flipped or swapped before the picture goes to a window.
/// </summary>
/// <remarks>
/// Order: upload; guide (label map's size); nearest, then resolve where texels disagree (labels of the pixels); fill, then boundary where
/// labels meet (the picture). What is calm, most of any picture, costs two cheap passes.
/// </remarks>
internal sealed unsafe class OverlayPasses : IDisposable
{
    private const int TableWidth = 256;
    private const string FullScreen = "fullscreen.vert.glsl";
    private const string Rects = "rects.vert.glsl";
    private readonly GlDevice _device;
    private readonly OverlayColors _colors;
    private readonly LabelGrid _grid = new();
    private readonly RectList _rects = new();
    private readonly RectBatch _mixed;
    private readonly RectBatch _restless;
    private readonly GlTexture _frame;
    private readonly GlTexture _labels;
    private readonly GpuSharing? _sharing;
    private readonly GlTexture _guide;
    private readonly GlTexture _resolved;
    private readonly GlTexture _fillTable;
    private readonly GlTexture _contourTable;
    private readonly GlProgram _guideProgram;
    private readonly GlProgram _nearestProgram;
    private readonly GlProgram _resolveProgram;
    private readonly GlProgram _fillProgram;
    private readonly GlProgram _boundaryProgram;
    private SharedTextures? _shared;
    private byte[] _staging = [];
    private uint[] _padded = [];
    private int _colorVersion = -1;

    /// <summary>Makes the textures and compiles the shaders; the device's context is current.</summary>
    /// <param name="device">What draws.</param>
    /// <param name="shaders">The shaders.</param>
    /// <param name="palette">Colours of the classes.</param>
    /// <param name="sharing">Where frames and labels in the GPU's memory come from, or null to upload all.</param>
    public OverlayPasses(GlDevice device, ShaderFolder shaders, ClassPalette palette, GpuSharing? sharing)
    {
        _device = device;
        _sharing = sharing;
        _colors = new OverlayColors(palette);
        _guideProgram = new GlProgram(device, shaders, FullScreen, "guide.glsl");
        _nearestProgram = new GlProgram(device, shaders, FullScreen, "nearest.glsl");
        _resolveProgram = new GlProgram(device, shaders, Rects, "resolve.glsl");
        _fillProgram = new GlProgram(device, shaders, FullScreen, "fill.glsl");
        _boundaryProgram = new GlProgram(device, shaders, Rects, "boundary.glsl");
        _mixed = new RectBatch(device);
        _restless = new RectBatch(device);
        _frame = new GlTexture(device, InternalFormat.Rgba8ui, GlPixelFormat.RgbaInteger);
        _labels = new GlTexture(device, InternalFormat.R16ui, GlPixelFormat.RedInteger, PixelType.UnsignedShort);
        _guide = new GlTexture(device, InternalFormat.Rgba8ui, GlPixelFormat.RgbaInteger, isTarget: true);
        _resolved = new GlTexture(device, InternalFormat.R16ui, GlPixelFormat.RedInteger, PixelType.UnsignedShort, isTarget: true);
        _fillTable = new GlTexture(device, InternalFormat.Rgba8ui, GlPixelFormat.RgbaInteger);
        _contourTable = new GlTexture(device, InternalFormat.Rgba8ui, GlPixelFormat.RgbaInteger);
        Picture = new GlTexture(device, InternalFormat.Rgba8, GlPixelFormat.Rgba, isTarget: true, isLinear: true);
        // Complete, so that it may be bound in a pass without masks.
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
        _nearestProgram.Refresh(report);
        _resolveProgram.Refresh(report);
        _fillProgram.Refresh(report);
        _boundaryProgram.Refresh(report);
    }

    /// <summary>Draws into <see cref="Picture"/>, which stays the target.</summary>
    public void Draw(Frame frame, SegmentationResult? masks, OverlayStyle style)
    {
        var gl = _device.Gl;
        gl.Disable(EnableCap.Blend);
        _shared ??= _sharing is null ? null : new SharedTextures(_sharing, _frame, _labels);
        Picture.Resize(frame.Width, frame.Height);
        var hasMasks = masks is not null && masks.Width > 0;
        var (hasFrame, hasLabels) = Share(frame, hasMasks ? masks : null);
        if (!hasFrame)
        {
            UploadFrame(frame);
        }

        var (step, low, high) = OverlayMath.ContourRamp(style.ContourWidth);
        if (hasMasks)
        {
            UploadMasks(frame, masks!, style, step, hasLabels);
            Resolve();
        }

        using (_device.Pass("fill"u8))
        {
            Begin(_fillProgram, Picture);
            _resolved.Bind(Uniform.ResolvedTexture);
            _fillTable.Bind(Uniform.FillTable);
            gl.Uniform1(_fillProgram[Uniform.HasMasks], hasMasks ? 1 : 0);
            _device.DrawTriangles(3, "fill");
        }

        if (hasMasks)
        {
            using var pass = _device.Pass("boundary"u8);
            Begin(_boundaryProgram, Picture);
            _contourTable.Bind(Uniform.ContourTable);
            gl.Uniform1(_boundaryProgram[Uniform.ContourStep], style.Contours ? step : 0);
            gl.Uniform2(_boundaryProgram[Uniform.ContourRamp], low, high);
            _restless.Draw(_boundaryProgram, Picture);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // First of all: a texture that CUDA knows must not be deleted.
        _shared?.Dispose();
        _mixed.Dispose();
        _restless.Dispose();
        _frame.Dispose();
        _labels.Dispose();
        _guide.Dispose();
        _resolved.Dispose();
        _fillTable.Dispose();
        _contourTable.Dispose();
        Picture.Dispose();
        _guideProgram.Dispose();
        _nearestProgram.Dispose();
        _resolveProgram.Dispose();
        _fillProgram.Dispose();
        _boundaryProgram.Dispose();
    }

    private (bool Frame, bool Labels) Share(Frame frame, SegmentationResult? masks)
    {
        if (_shared is null)
        {
            return default;
        }

        using var pass = _device.Pass("share"u8);
        _shared.Resize(GpuCopyKind.Frame, frame.Width, frame.Height);
        if (masks is not null)
        {
            _shared.Resize(GpuCopyKind.Labels, masks.Width, masks.Height);
        }

        return _shared.Fill(frame, masks);
    }

    private void UploadFrame(Frame frame)
    {
        using var pass = _device.Pass("upload frame"u8);
        var bytes = 4 * frame.Width * frame.Height;
        if (_staging.Length < bytes)
        {
            _staging = GC.AllocateUninitializedArray<byte>(bytes, pinned: true);
        }

        PixelPacking.Expand(frame.Pixels, _staging);
        _frame.Resize(frame.Width, frame.Height);
        fixed (byte* pixels = _staging)
        {
            _frame.Upload(pixels, frame.Height, frame.Width);
        }
    }

    private void UploadMasks(Frame frame, SegmentationResult masks, OverlayStyle style, int step, bool hasLabels)
    {
        using var pass = _device.Pass("upload masks"u8);
        _colors.Update(masks, style, frame.Format.PixelFormat);
        _grid.Set(frame.Format, masks, _colors.Count, style.Contours ? step : 1);
        _rects.Collect(_grid, LabelGrid.Mixed);
        _mixed.Set(_rects);
        _rects.Collect(_grid, LabelGrid.Uniform);
        _restless.Set(_rects);
        if (!hasLabels)
        {
            _labels.Resize(masks.Width, masks.Height);
            fixed (ushort* labels = _grid.LabelRow(0)[1..])
            {
                _labels.Upload(labels, masks.Height, _grid.LabelPitch);
            }
        }

        if (_colorVersion != _colors.Version)
        {
            _colorVersion = _colors.Version;
            UploadTable(_fillTable, _colors.Fill);
            UploadTable(_contourTable, _colors.Contour);
        }
    }

    private void Resolve()
    {
        var gl = _device.Gl;
        _guide.Resize(_grid.Width, _grid.Height);
        _resolved.Resize(_grid.FrameWidth, _grid.FrameHeight);
        using (_device.Pass("guide"u8))
        {
            Begin(_guideProgram, _guide);
            _device.DrawTriangles(3, "guide");
        }

        using (_device.Pass("nearest"u8))
        {
            Begin(_nearestProgram, _resolved);
            _labels.Bind(Uniform.LabelTexture);
            gl.Uniform1(_nearestProgram[Uniform.LastLabel], _colors.Count);
            _device.DrawTriangles(3, "nearest");
        }

        using (_device.Pass("resolve"u8))
        {
            Begin(_resolveProgram, _resolved);
            _guide.Bind(Uniform.GuideTexture);
            gl.Uniform1(_resolveProgram[Uniform.LastLabel], _colors.Count);
            _mixed.Draw(_resolveProgram, _resolved);
        }
    }

    private void Begin(GlProgram program, GlTexture target)
    {
        target.BindAsTarget();
        program.Bind();
        _frame.Bind(Uniform.FrameTexture);
        _device.Gl.Uniform2(program[Uniform.FrameSize], _frame.Width, _frame.Height);
        _device.Gl.Uniform2(program[Uniform.MapSize], _grid.Width, _grid.Height);
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
            table.Upload(pixels, rows, TableWidth);
        }
    }
}
