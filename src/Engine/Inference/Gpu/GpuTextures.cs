namespace OpenSegR.Realtime.Inference.Gpu;

/// <summary>
/// Two textures of an OpenGL context that copies are drawn from without a way over the host (native/cuda/src/frame/gl_textures.h). Every call,
/// <see cref="Dispose"/> included, is made while the context is current on the calling thread. Between calls the textures are OpenGL's.
/// </summary>
public sealed class GpuTextures : IDisposable
{
    private readonly GpuDevice _device;
    private nint _handle;

    internal GpuTextures(GpuDevice device)
    {
        _device = device;
        _handle = device.CreateTextures();
    }

    /// <summary>Shares a two-dimensional texture, which keeps its size until it is removed.</summary>
    /// <param name="kind">What it is for, and so of which format it is.</param>
    /// <param name="texture">OpenGL's name of it.</param>
    /// <param name="width">Width in texels.</param>
    /// <param name="height">Height in texels.</param>
    /// <exception cref="SegrException">The driver refuses.</exception>
    public void Add(GpuCopyKind kind, uint texture, int width, int height)
    {
        using var use = _device.Use();
        GpuLibrary.Check(GpuLibrary.segr_gpu_textures_add(_handle, (int)kind, texture, width, height));
    }

    /// <summary>Gives a texture back, before it changes its size or is deleted. Nothing where it was not shared.</summary>
    public void Remove(GpuCopyKind kind)
    {
        using var use = _device.Use();
        GpuLibrary.segr_gpu_textures_remove(_handle, (int)kind);
    }

    /// <summary>
    /// Overwrites the textures with copies of their size; null leaves one as it is. What OpenGL is told from now on comes after that, and
    /// nobody waits.
    /// </summary>
    /// <exception cref="SegrException">The GPU failed; what the textures hold is undefined.</exception>
    public void Fill(GpuCopy? frame, GpuCopy? labels)
    {
        using var use = _device.Use();
        GpuLibrary.Check(GpuLibrary.segr_gpu_textures_fill(_handle, frame?.Handle ?? 0, labels?.Handle ?? 0));
    }

    /// <summary>Gives both textures back.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _handle, 0) is var owned and not 0)
        {
            using var use = _device.Use();
            GpuLibrary.segr_gpu_textures_destroy(owned);
        }
    }
}
