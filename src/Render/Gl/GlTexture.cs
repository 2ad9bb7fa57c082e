using Silk.NET.OpenGL;

namespace OpenSegR.Realtime.Render.Gl;

/// <summary>A two-dimensional texture without filtering levels, and a framebuffer to draw into it where one is asked for.</summary>
internal sealed unsafe class GlTexture : IDisposable
{
    private readonly GlDevice _device;
    private readonly InternalFormat _internalFormat;
    private readonly PixelFormat _format;
    private readonly PixelType _type;
    private readonly bool _isLinear;
    private readonly uint _framebuffer;

    /// <summary>Creates a texture of no size yet.</summary>
    /// <param name="device">Device whose context is current.</param>
    /// <param name="internalFormat">How it is stored.</param>
    /// <param name="format">Channels of the pixels that are uploaded.</param>
    /// <param name="type">Type of their channels.</param>
    /// <param name="isTarget">True to draw into it.</param>
    /// <param name="isLinear">True to interpolate when it is drawn at another size.</param>
    public GlTexture(
        GlDevice device, InternalFormat internalFormat, PixelFormat format, PixelType type = PixelType.UnsignedByte, bool isTarget = false,
        bool isLinear = false)
    {
        (_device, _internalFormat, _format, _type) = (device, internalFormat, format, type);
        _isLinear = isLinear;
        Create();
        _framebuffer = isTarget ? device.Gl.GenFramebuffer() : 0;
    }

    /// <summary>OpenGL's name of it.</summary>
    public uint Name { get; private set; }

    /// <summary>Width in texels.</summary>
    public int Width { get; private set; }

    /// <summary>Height in texels.</summary>
    public int Height { get; private set; }

    /// <summary>Begins anew with a texture of no size, where nobody knows what became of the old one. Not for one that is drawn into.</summary>
    public void Renew()
    {
        _device.Gl.DeleteTexture(Name);
        (Width, Height) = (0, 0);
        Create();
    }

    /// <summary>Sets the size; the content is undefined where it changes.</summary>
    /// <exception cref="SegrException">The device cannot make or draw into a texture of that size.</exception>
    public void Resize(int width, int height)
    {
        if (width == Width && height == Height)
        {
            return;
        }

        if (Math.Max(width, height) > _device.MaxTextureSize)
        {
            throw new SegrException($"OpenGL: a texture of {width}x{height} is more than the driver's {_device.MaxTextureSize}; scale the video down");
        }

        var gl = _device.Gl;
        gl.BindTexture(TextureTarget.Texture2D, Name);
        gl.TexImage2D(TextureTarget.Texture2D, 0, _internalFormat, (uint)width, (uint)height, 0, _format, _type, null);
        _device.Check("TexImage2D");
        (Width, Height) = (width, height);
        if (_framebuffer != 0)
        {
            gl.BindFramebuffer(FramebufferTarget.Framebuffer, _framebuffer);
            gl.FramebufferTexture2D(FramebufferTarget.Framebuffer, FramebufferAttachment.ColorAttachment0, TextureTarget.Texture2D, Name, 0);
            var status = gl.CheckFramebufferStatus(FramebufferTarget.Framebuffer);
            if (status != GLEnum.FramebufferComplete)
            {
                throw new SegrException($"OpenGL: the driver cannot draw into a {_internalFormat} texture (0x{(int)status:X4})");
            }
        }
    }

    /// <summary>Replaces the first rows.</summary>
    /// <param name="pixels">Row 0 first.</param>
    /// <param name="rows">Rows to replace.</param>
    /// <param name="pitch">Pixels from one row in memory to the next.</param>
    public void Upload(void* pixels, int rows, int pitch)
    {
        var gl = _device.Gl;
        gl.BindTexture(TextureTarget.Texture2D, Name);
        gl.PixelStore(PixelStoreParameter.UnpackAlignment, 1);
        gl.PixelStore(PixelStoreParameter.UnpackRowLength, pitch);
        gl.TexSubImage2D(TextureTarget.Texture2D, 0, 0, 0, (uint)Width, (uint)rows, _format, _type, pixels);
        _device.Check("TexSubImage2D");
    }

    /// <summary>Makes the texture the one that programs find under a uniform.</summary>
    public void Bind(Uniform uniform)
    {
        _device.Gl.ActiveTexture(TextureUnit.Texture0 + (int)uniform);
        _device.Gl.BindTexture(TextureTarget.Texture2D, Name);
    }

    /// <summary>Makes what is drawn from now on go into the texture.</summary>
    public void BindAsTarget()
    {
        _device.Gl.BindFramebuffer(FramebufferTarget.Framebuffer, _framebuffer);
        _device.Gl.Viewport(0, 0, (uint)Width, (uint)Height);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_framebuffer != 0)
        {
            _device.Gl.DeleteFramebuffer(_framebuffer);
        }

        _device.Gl.DeleteTexture(Name);
    }

    private void Create()
    {
        var gl = _device.Gl;
        Name = gl.GenTexture();
        gl.BindTexture(TextureTarget.Texture2D, Name);
        gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureMinFilter, (int)(_isLinear ? TextureMinFilter.Linear : TextureMinFilter.Nearest));
        gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureMagFilter, (int)(_isLinear ? TextureMagFilter.Linear : TextureMagFilter.Nearest));
        gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureWrapS, (int)TextureWrapMode.ClampToEdge);
        gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureWrapT, (int)TextureWrapMode.ClampToEdge);
        _device.Check("TexParameter");
    }
}
