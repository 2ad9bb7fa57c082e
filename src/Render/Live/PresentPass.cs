using OpenSegR.Realtime.Render.Gl;
using Silk.NET.OpenGL;
using PixelFormat = OpenSegR.Realtime.Pipeline.PixelFormat;

namespace OpenSegR.Realtime.Render.Live;

/// <summary>Shows a picture in a window.</summary>
internal sealed class PresentPass : IDisposable
{
    private readonly GlDevice _device;
    private readonly GlProgram _program;

    /// <summary>Compiles the shaders; the device's context is current.</summary>
    public PresentPass(GlDevice device, ShaderFolder shaders)
    {
        _device = device;
        _program = new GlProgram(device, shaders, "fullscreen.vert.glsl", "present.glsl");
    }

    /// <summary>Compiles shaders again whose files were changed.</summary>
    public void Refresh(Action<string> report) => _program.Refresh(report);

    /// <summary>Draws into the window, which stays the target.</summary>
    /// <param name="picture">The picture, or null for an empty window.</param>
    /// <param name="order">Order of its channels.</param>
    /// <param name="viewport">Where it goes.</param>
    /// <param name="width">Width of the window in pixels.</param>
    /// <param name="height">Height of the window in pixels.</param>
    public void Draw(GlTexture? picture, PixelFormat order, Viewport viewport, int width, int height)
    {
        using var pass = _device.Pass("present"u8);
        var gl = _device.Gl;
        gl.BindFramebuffer(FramebufferTarget.Framebuffer, 0);
        gl.Viewport(0, 0, (uint)width, (uint)height);
        gl.Disable(EnableCap.Blend);
        if (picture is null)
        {
            gl.ClearColor(0, 0, 0, 1);
            gl.Clear(ClearBufferMask.ColorBufferBit);
            return;
        }

        _program.Bind();
        picture.Bind(Uniform.PictureTexture);
        gl.Uniform4(_program[Uniform.Viewport], viewport.Left, viewport.Top, viewport.Width, viewport.Height);
        gl.Uniform2(_program[Uniform.TargetSize], width, height);
        gl.Uniform1(_program[Uniform.IsBgr], order == PixelFormat.Bgr24 ? 1 : 0);
        _device.DrawTriangles(3, "present");
    }

    /// <inheritdoc/>
    public void Dispose() => _program.Dispose();
}
