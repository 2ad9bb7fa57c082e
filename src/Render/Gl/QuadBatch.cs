using OpenSegR.Realtime.Render.Fonts;
using OpenSegR.Realtime.Render.Hud;
using Silk.NET.OpenGL;

namespace OpenSegR.Realtime.Render.Gl;

/// <summary>Draws a <see cref="QuadList"/> into whatever is the target.</summary>
internal sealed unsafe class QuadBatch : IDisposable
{
    private const int QuadsPerRow = 256;
    private readonly GlDevice _device;
    private readonly GlProgram _program;
    private readonly GlTexture _quads;
    private readonly GlTexture _atlas;
    private readonly Quad[] _padded = GC.AllocateArray<Quad>(QuadList.Capacity, pinned: true);
    private FontAtlas? _font;

    /// <summary>Compiles the shaders; the device's context is current.</summary>
    public QuadBatch(GlDevice device, ShaderFolder shaders)
    {
        _device = device;
        _program = new GlProgram(device, shaders, "quads.vert.glsl", "quads.glsl");
        _quads = new GlTexture(device, InternalFormat.Rgba16ui, PixelFormat.RgbaInteger, PixelType.UnsignedShort);
        _quads.Resize(2 * QuadsPerRow, QuadList.Capacity / QuadsPerRow);
        _atlas = new GlTexture(device, InternalFormat.R8ui, PixelFormat.RedInteger);
    }

    /// <summary>Compiles shaders again whose files were changed.</summary>
    public void Refresh(Action<string> report) => _program.Refresh(report);

    /// <summary>Draws.</summary>
    /// <param name="list">What to draw.</param>
    /// <param name="width">Width of the target.</param>
    /// <param name="height">Height of the target.</param>
    /// <param name="isFlipped">True where row 0 of the target is at the bottom of the picture.</param>
    public void Draw(QuadList list, int width, int height, bool isFlipped)
    {
        if (list.Count == 0)
        {
            return;
        }

        using var pass = _device.Pass("quads"u8);
        var gl = _device.Gl;
        if (!ReferenceEquals(_font, list.Font))
        {
            _font = list.Font;
            _atlas.Resize(FontAtlas.Width, _font.Height);
            fixed (byte* coverage = _font.Coverage)
            {
                _atlas.Upload(coverage, _font.Height, FontAtlas.Width);
            }
        }

        list.Quads.CopyTo(_padded);
        fixed (Quad* quads = _padded)
        {
            _quads.Upload(quads, (list.Count + QuadsPerRow - 1) / QuadsPerRow, 2 * QuadsPerRow);
        }

        _program.Bind();
        _quads.Bind(Uniform.QuadTexture);
        _atlas.Bind(Uniform.AtlasTexture);
        gl.Uniform2(_program[Uniform.TargetSize], width, height);
        gl.Uniform1(_program[Uniform.IsFlipped], isFlipped ? 1 : 0);
        gl.Enable(EnableCap.Blend);
        gl.BlendFunc(BlendingFactor.SrcAlpha, BlendingFactor.OneMinusSrcAlpha);
        _device.DrawTriangles(6 * list.Count, "quads");
        gl.Disable(EnableCap.Blend);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _quads.Dispose();
        _atlas.Dispose();
        _program.Dispose();
    }
}
