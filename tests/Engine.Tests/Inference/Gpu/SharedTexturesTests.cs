using OpenSegR.Realtime.Inference.Gpu;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render.Gl;
using OpenSegR.Realtime.Segmentation;
using Silk.NET.OpenGL;
using GlFormat = Silk.NET.OpenGL.PixelFormat;

namespace OpenSegR.Realtime.Tests.Inference.Gpu;

/// <summary>What becomes of textures that CUDA may not have let go of, which pictures do not show.</summary>
[Collection("stand-in GPU")]
public sealed class SharedTexturesTests
{
    [Theory]
    [InlineData("cuGraphicsMapResources")]
    [InlineData("cuMemcpy2DAsync")]
    [InlineData("cuGraphicsUnmapResources")]
    public void AfterAFailureOpenGlGetsOthers(string function)
    {
        StandIn.Reset();
        using var context = Context();
        using var device = new GlDevice(context, ownsContext: false, checkCalls: true);
        using var scope = device.Enter();
        using var frameTexture = new GlTexture(device, InternalFormat.Rgba8ui, GlFormat.RgbaInteger);
        using var labelTexture = new GlTexture(device, InternalFormat.R16ui, GlFormat.RedInteger, PixelType.UnsignedShort);
        using var sharing = new GpuSharing();
        using var textures = new SharedTextures(sharing, frameTexture, labelTexture);
        var gpu = GpuDevice.Open(0);
        var frames = new FramePool();
        using var frame = frames.Rent(new FrameFormat(8, 6, Realtime.Pipeline.PixelFormat.Bgr24));
        using var slot = gpu.CreateSlot();
        slot.Reserve(GpuSlot.Tensor.Image, 3 * 32 * 32);
        Attach(frame, sharing.Rent(gpu, GpuCopyKind.Frame, 4 * 8 * 6)!, slot);
        textures.Resize(GpuCopyKind.Frame, 8, 6);
        Assert.Equal((true, false), textures.Fill(frame, null));
        Assert.Equal((8, 6), (frameTexture.Width, frameTexture.Height));

        StandIn.Fail(function, 999);
        Assert.Equal(default, textures.Fill(frame, null));
        Assert.NotNull(sharing.Problem);
        Assert.Equal((0, 0), (frameTexture.Width, frameTexture.Height));
        Assert.Equal(1, StandIn.Get("cuGraphicsUnregisterResource"));
        Assert.Equal("", StandIn.Misuse);
    }

    // A frame whose pixels the GPU has, as the segmentor makes it.
    private static unsafe void Attach(Frame frame, GpuCopy copy, GpuSlot slot)
    {
        var geometry = new ImageGeometry(8, 6, 32, 24, 32, 32);
        fixed (byte* pixels = frame.Pixels)
        {
            slot.Preprocess(
                new GpuPicture
                {
                    Pixels = pixels,
                    Pitch = 3 * 8,
                    Geometry = new GpuGeometry(geometry),
                    Mean = GpuColor.From([0f, 0f, 0f]),
                    Deviation = GpuColor.From([1f, 1f, 1f]),
                },
                copy);
        }

        frame.Attach(copy);
    }

    private static EglContext Context()
    {
        try
        {
            return EglContext.Create();
        }
        catch (SegrException error) when (error.Message.StartsWith("no OpenGL", StringComparison.Ordinal))
        {
            Assert.Skip(error.Message);
            throw;
        }
    }
}
