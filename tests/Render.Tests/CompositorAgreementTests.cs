using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Render.Cpu;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Tests;

/// <summary>The shaders against the CPU compositor.</summary>
public sealed class CompositorAgreementTests(Headless headless) : IClassFixture<Headless>
{
    private static readonly OverlayStyle Masks = OverlayStyle.Default with { Legend = false, Hud = false };

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 1, 4)]
    [InlineData(3, 5, 1)]
    [InlineData(3, 5, 4)]
    [InlineData(5, 3, 8)]
    [InlineData(64, 48, 1)]
    [InlineData(64, 48, 4)]
    [InlineData(641, 359, 1)]
    [InlineData(641, 359, 4)]
    [InlineData(641, 359, 8)]
    [InlineData(640, 360, 3)]
    [InlineData(200, 7, 50)]
    public void Sizes_and_strides(int width, int height, int stride)
    {
        using var scene = new Scene(width, height, stride);
        AssertAgree(scene, Masks);
    }

    [Theory]
    [InlineData(SegmentationMode.Semantic)]
    [InlineData(SegmentationMode.Panoptic)]
    public void Void_pixels(SegmentationMode mode)
    {
        using var scene = new Scene(320, 181, 4, withVoid: true, mode: mode);
        AssertAgree(scene, Masks);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(3000)]
    public void Many_segments(int segments)
    {
        using var scene = new Scene(640, 360, 4, classes: segments, mode: SegmentationMode.Panoptic);
        AssertAgree(scene, Masks);
    }

    [Fact]
    public void Highlight_hidden_and_class_opacity()
    {
        using var scene = new Scene(320, 180, 4, withVoid: true);
        AssertAgree(scene, Masks with { HighlightClass = "class 2" });
        AssertAgree(scene, Masks with { HiddenClasses = new HashSet<string> { "class 0", "class 3" } });
        AssertAgree(scene, Masks with { ClassOpacity = new Dictionary<string, float> { ["class 2"] = 0.2f } });
    }

    [Theory]
    [InlineData(0.5f)]
    [InlineData(1)]
    [InlineData(2.5f)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(9)]
    public void Contour_widths(float width)
    {
        using var scene = new Scene(241, 133, 4);
        AssertAgree(scene, Masks with { ContourWidth = width });
    }

    [Fact]
    public void No_contours_no_noise_and_full_opacity()
    {
        using var scene = new Scene(240, 133, 4, noise: 0);
        AssertAgree(scene, Masks with { Contours = false });
        AssertAgree(scene, Masks with { Opacity = 1 });
        AssertAgree(scene, Masks with { Opacity = 0 });
    }

    [Fact]
    public void Rgb_frames_and_frames_without_masks()
    {
        using var scene = new Scene(99, 55, 4, order: PixelFormat.Rgb24);
        AssertAgree(scene, Masks);
        Assert.True(headless.Compositor.Compose(scene.Frame, null, Masks, null, scene.Target));
        Assert.True(scene.Frame.Pixels.SequenceEqual(scene.Target.Pixels));
    }

    [Fact]
    public void A_map_finer_than_the_frame()
    {
        using var large = new Scene(120, 90, 1);
        using var small = new Scene(40, 31, 1);
        large.Masks.Labels.CopyTo(Resized(small.Masks, 120, 90).Labels);
        AssertAgree(small, Masks);
    }

    [Fact]
    public void Labels_out_of_range_are_void()
    {
        using var scene = new Scene(64, 64, 4);
        scene.Masks.Labels[..40].Fill(999);
        AssertAgree(scene, Masks);
    }

    private static SegmentationResult Resized(SegmentationResult masks, int width, int height)
    {
        masks.Resize(width, height);
        return masks;
    }

    [Theory]
    [InlineData(1280, 720, 5)]
    [InlineData(641, 359, 300)]
    [InlineData(160, 120, 40)]
    public void Legend_and_statistics(int width, int height, int classes)
    {
        using var scene = new Scene(width, height, 4, classes: classes, mode: SegmentationMode.Panoptic);
        var hud = new HudContent
        {
            Title = "A title with ÄÖÜ and 漢字", Provider = "CPU", FramesPerSecond = 29.97, LatencyMs = 31, InferenceMs = 4.2, DroppedFrames = 3,
            MasksReused = true,
        };
        AssertAgree(scene, Masks with { Legend = true, Hud = true }, hud);
    }

    /// <summary>Without text the arithmetic is the same; text is blended by the driver, which may round otherwise.</summary>
    private void AssertAgree(Scene scene, OverlayStyle style, HudContent? hud = null)
    {
        using var cpu = new CpuCompositor(threads: 2);
        Assert.True(cpu.Compose(scene.Frame, scene.Masks, style, hud, scene.Target));
        var expected = scene.Target.Pixels.ToArray();
        scene.Target.Pixels.Fill(0xCD);
        Assert.True(headless.Compositor.Compose(scene.Frame, scene.Masks, style, hud, scene.Target));
        var difference = Difference.Between(expected, scene.Target.Pixels, tolerance: hud is null ? 0 : 2);
        Assert.True(hud is null ? difference.Beyond == 0 : difference.Within >= 0.999, $"{difference}");
        Assert.Equal(7, scene.Target.Index);
        Assert.Equal(1234, scene.Target.TimestampUs);
    }
}
