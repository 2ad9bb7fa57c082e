using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Render.Cpu;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Tests;

/// <summary>The shaders against the CPU compositor.</summary>
public sealed class CompositorAgreementTests(Headless headless) : IClassFixture<Headless>
{
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
        AssertAgree(scene, OverlayStyle.Default);
    }

    [Theory]
    [InlineData(SegmentationMode.Semantic)]
    [InlineData(SegmentationMode.Panoptic)]
    public void Void_pixels(SegmentationMode mode)
    {
        using var scene = new Scene(320, 181, 4, withVoid: true, mode: mode);
        AssertAgree(scene, OverlayStyle.Default);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(3000)]
    public void Many_segments(int segments)
    {
        using var scene = new Scene(640, 360, 4, classes: segments, mode: SegmentationMode.Panoptic);
        AssertAgree(scene, OverlayStyle.Default);
    }

    [Fact]
    public void Highlight_hidden_and_class_opacity()
    {
        using var scene = new Scene(320, 180, 4, withVoid: true);
        AssertAgree(scene, OverlayStyle.Default with { HighlightClass = "class 2" });
        AssertAgree(scene, OverlayStyle.Default with { HiddenClasses = new HashSet<string> { "class 0", "class 3" } });
        AssertAgree(scene, OverlayStyle.Default with { ClassOpacity = new Dictionary<string, float> { ["class 2"] = 0.2f } });
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
        AssertAgree(scene, OverlayStyle.Default with { ContourWidth = width });
    }

    [Fact]
    public void No_contours_no_noise_and_full_opacity()
    {
        using var scene = new Scene(240, 133, 4, noise: 0);
        AssertAgree(scene, OverlayStyle.Default with { Contours = false });
        AssertAgree(scene, OverlayStyle.Default with { Opacity = 1 });
        AssertAgree(scene, OverlayStyle.Default with { Opacity = 0 });
    }

    [Fact]
    public void Rgb_frames_and_frames_without_masks()
    {
        using var scene = new Scene(99, 55, 4, order: PixelFormat.Rgb24);
        AssertAgree(scene, OverlayStyle.Default);
        Assert.True(headless.Compositor.Compose(scene.Frame, null, OverlayStyle.Default, null, scene.Target));
        Assert.True(scene.Frame.Pixels.SequenceEqual(scene.Target.Pixels));
    }

    [Fact]
    public void A_map_finer_than_the_frame()
    {
        using var large = new Scene(120, 90, 1);
        using var small = new Scene(40, 31, 1);
        large.Masks.Labels.CopyTo(Resized(small.Masks, 120, 90).Labels);
        AssertAgree(small, OverlayStyle.Default);
    }

    [Fact]
    public void Labels_out_of_range_are_void()
    {
        using var scene = new Scene(64, 64, 4);
        scene.Masks.Labels[..40].Fill(999);
        AssertAgree(scene, OverlayStyle.Default);
    }

    private static SegmentationResult Resized(SegmentationResult masks, int width, int height)
    {
        masks.Resize(width, height);
        return masks;
    }

    private void AssertAgree(Scene scene, OverlayStyle style)
    {
        using var cpu = new CpuCompositor(threads: 2);
        Assert.True(cpu.Compose(scene.Frame, scene.Masks, style, null, scene.Target));
        var expected = scene.Target.Pixels.ToArray();
        scene.Target.Pixels.Fill(0xCD);
        Assert.True(headless.Compositor.Compose(scene.Frame, scene.Masks, style, null, scene.Target));
        var difference = Difference.Between(expected, scene.Target.Pixels, tolerance: 0);
        Assert.True(difference.Beyond == 0, $"{difference}");
        Assert.Equal(7, scene.Target.Index);
        Assert.Equal(1234, scene.Target.TimestampUs);
    }
}
