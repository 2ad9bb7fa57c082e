using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Render.Cpu;
using OpenSegR.Realtime.Render.Gl;

namespace OpenSegR.Realtime.Tests;

/// <summary>Read-back, latency, threads, contexts, shader files.</summary>
public sealed class GlCompositorTests
{
    private static readonly OverlayStyle Plain = OverlayStyle.Default with { Legend = false, Hud = false };

    [Theory]
    [InlineData(PixelFormat.Bgr24)]
    [InlineData(PixelFormat.Rgb24)]
    public void The_first_bytes_are_the_top_left_pixel(PixelFormat order)
    {
        using var scene = new Scene(33, 21, 4, order: order);
        scene.Frame.Pixels.Fill(9);
        ReadOnlySpan<byte> corner = [1, 2, 3];
        corner.CopyTo(scene.Frame.Pixels);
        using var compositor = Create(new GlCompositorOptions { Latency = 0, CheckCalls = true });
        Assert.True(compositor.Compose(scene.Frame, null, Plain, null, scene.Target));
        Assert.True(scene.Frame.Pixels.SequenceEqual(scene.Target.Pixels));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Late_pictures_come_in_order_with_their_own_index_and_name(int latency)
    {
        using var compositor = Create(new GlCompositorOptions { Latency = latency });
        var pool = new FramePool();
        using var frame = pool.Rent(new FrameFormat(16, 9));
        using var target = pool.Rent(frame.Format);
        var delivered = new List<(long, byte, string?)>();
        for (var i = 0; i < 6; i++)
        {
            frame.Pixels.Fill((byte)(10 * i));
            (frame.Index, frame.TimestampUs, frame.Name) = (i, 100 * i, $"f{i}");
            var has = compositor.Compose(frame, null, Plain, null, target);
            Assert.Equal(i >= latency, has);
            if (has)
            {
                delivered.Add((target.Index, target.Pixels[40], target.Name));
            }
        }

        while (compositor.Drain(target))
        {
            delivered.Add((target.Index, target.Pixels[40], target.Name));
        }

        Assert.Equal(Enumerable.Range(0, 6).Select(i => ((long)i, (byte)(10 * i), (string?)$"f{i}")), delivered);
        Assert.False(compositor.Drain(target));
    }

    [Fact]
    public void A_target_of_another_format_is_refused_and_nothing_is_lost()
    {
        using var compositor = Create(new GlCompositorOptions { Latency = 1 });
        var pool = new FramePool();
        using var small = pool.Rent(new FrameFormat(16, 9));
        using var large = pool.Rent(new FrameFormat(32, 18));
        Assert.False(compositor.Compose(small, null, Plain, null, small));
        Assert.Throws<ArgumentException>(() => compositor.Compose(large, null, Plain, null, large));
        Assert.Throws<ArgumentException>(() => compositor.Drain(large));
        Assert.True(compositor.Drain(small));
        Assert.Throws<ArgumentException>(() => new CpuCompositor().Compose(large, null, Plain, null, small));
    }

    [Fact]
    public async Task Calls_may_come_from_changing_threads()
    {
        using var scene = new Scene(64, 36, 4);
        using var compositor = Create(new GlCompositorOptions { Latency = 0 });
        var pictures = new List<byte[]>();
        for (var i = 0; i < 4; i++)
        {
            await Task.Factory.StartNew(
                () =>
                {
                    Assert.True(compositor.Compose(scene.Frame, scene.Masks, Plain, null, scene.Target));
                    pictures.Add(scene.Target.Pixels.ToArray());
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        Assert.All(pictures, picture => Assert.Equal(pictures[0], picture));
    }

    [Fact]
    public void OpenGL_ES_draws_the_same()
    {
        EglContext context;
        try
        {
            context = EglContext.Create(preferEs: true);
        }
        catch (SegrException e)
        {
            Assert.Skip(e.Message);
            return;
        }

        Assert.SkipUnless(context.IsEs, "there is no OpenGL ES");
        using var compositor = new GlCompositor(context, ownsContext: true, new GlCompositorOptions { Latency = 0, CheckCalls = true });
        using var scene = new Scene(161, 91, 4);
        Assert.True(compositor.Compose(scene.Frame, scene.Masks, Plain, null, scene.Target));
        var es = scene.Target.Pixels.ToArray();
        using var cpu = new CpuCompositor();
        cpu.Compose(scene.Frame, scene.Masks, Plain, null, scene.Target);
        Assert.Equal(0, Difference.Between(scene.Target.Pixels, es, tolerance: 0).Beyond);
        Assert.Contains("OpenGL ES", compositor.Name, StringComparison.Ordinal);
    }

    [Fact]
    public void A_frame_larger_than_a_texture_is_refused_by_name()
    {
        using var context = Headless.Context();
        using var device = new GlDevice(context, ownsContext: false, checkCalls: true);
        using var scope = device.Enter();
        using var texture = new GlTexture(device, Silk.NET.OpenGL.InternalFormat.Rgba8, Silk.NET.OpenGL.PixelFormat.Rgba);
        var error = Assert.Throws<SegrException>(() => texture.Resize(device.MaxTextureSize + 1, 1));
        Assert.Contains($"{device.MaxTextureSize}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_calls_are_named_where_calls_are_checked()
    {
        using var context = Headless.Context();
        using var device = new GlDevice(context, ownsContext: false, checkCalls: true);
        using var scope = device.Enter();
        device.Gl.Enable((Silk.NET.OpenGL.EnableCap)0x1234);
        Assert.Contains("Enable nonsense", Assert.Throws<SegrException>(() => device.Check("Enable nonsense")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steady_composition_allocates_nothing()
    {
        using var scene = new Scene(320, 180, 4, mode: Segmentation.SegmentationMode.Panoptic);
        using var gl = Create(new GlCompositorOptions());
        using var cpu = new CpuCompositor(threads: 1);
        var hud = new HudContent { Title = "t", FramesPerSecond = 30, LatencyMs = 20, InferenceMs = 10 };
        foreach (var compositor in new ICompositor[] { cpu, gl })
        {
            long least = long.MaxValue;
            for (var i = 0; i < 30; i++)
            {
                hud.FramesPerSecond = 25 + i;
                var before = GC.GetAllocatedBytesForCurrentThread();
                compositor.Compose(scene.Frame, scene.Masks, OverlayStyle.Default, hud, scene.Target);
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            Assert.Equal(0, least);
        }
    }

    private static GlCompositor Create(GlCompositorOptions options) => new(Headless.Context(), ownsContext: true, options);
}
