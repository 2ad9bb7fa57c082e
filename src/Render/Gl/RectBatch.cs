using Silk.NET.OpenGL;

namespace OpenSegR.Realtime.Render.Gl;

/// <summary>Rectangles that a pass with the vertex shader <c>rects.vert.glsl</c> is drawn in.</summary>
internal sealed unsafe class RectBatch : IDisposable
{
    private const int RectsPerRow = 256;
    private readonly GlDevice _device;
    private readonly GlTexture _texture;
    private ushort[] _padded = GC.AllocateArray<ushort>(4 * RectsPerRow, pinned: true);
    private int _count;

    /// <summary>Creates a batch of none.</summary>
    public RectBatch(GlDevice device)
    {
        _device = device;
        _texture = new GlTexture(device, InternalFormat.Rgba16ui, PixelFormat.RgbaInteger, PixelType.UnsignedShort);
        _texture.Resize(RectsPerRow, RectList.Capacity / RectsPerRow);
    }

    /// <summary>Replaces the rectangles.</summary>
    public void Set(RectList rects)
    {
        _count = rects.Count;
        var rows = (_count + RectsPerRow - 1) / RectsPerRow;
        if (rows == 0)
        {
            return;
        }

        if (_padded.Length < 4 * RectsPerRow * rows)
        {
            _padded = GC.AllocateArray<ushort>(4 * RectsPerRow * rows, pinned: true);
        }

        rects.Values.CopyTo(_padded);
        fixed (ushort* values = _padded)
        {
            _texture.Upload(values, rows, RectsPerRow);
        }
    }

    /// <summary>Draws with the bound program into a target of a size.</summary>
    public void Draw(GlProgram program, GlTexture target)
    {
        if (_count == 0)
        {
            return;
        }

        _texture.Bind(Uniform.RectTexture);
        _device.Gl.Uniform2(program[Uniform.TargetSize], target.Width, target.Height);
        _device.DrawTriangles(6 * _count, "rectangles");
    }

    /// <inheritdoc/>
    public void Dispose() => _texture.Dispose();
}
