using System.Diagnostics;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Render.Cpu;

namespace OpenSegR.Realtime.Tests;

public sealed class CompositorChoiceTests
{
    [Fact]
    public void The_probe_tells_what_there_is_or_why_not()
    {
        var found = RenderDiagnostics.Probe();
        if (found.IsAvailable)
        {
            Assert.NotEmpty(found.Renderer);
            Assert.NotEmpty(found.Version);
            Assert.NotEmpty(found.Platform);
            Assert.True(found.MaxTextureSize >= 1024);
            Assert.Null(found.Problem);
        }
        else
        {
            Assert.NotEmpty(found.Problem!);
            Assert.DoesNotContain('\n', found.Problem!);
        }
    }

    [Fact]
    public void Auto_takes_a_graphics_card_and_otherwise_the_processor()
    {
        var found = RenderDiagnostics.Probe();
        var reports = new List<string>();
        using var compositor = Compositors.Create(report: reports.Add);
        Assert.Equal(found.IsAvailable && !found.IsSoftware, compositor is GlCompositor);
        Assert.Equal(found.IsAvailable ? 0 : 1, reports.Count);
        using var cpu = Compositors.Create(CompositorKind.Cpu);
        Assert.IsType<CpuCompositor>(cpu);
    }

    [Fact]
    public void A_broken_installation_is_an_error_only_where_OpenGL_was_asked_for()
    {
        var options = new GlCompositorOptions { ShaderFolder = "/nowhere" };
        var reports = new List<string>();
        Assert.Throws<SegrException>(() => Compositors.Create(CompositorKind.OpenGl, options));
        using var compositor = Compositors.Create(CompositorKind.Auto, options, reports.Add);
        Assert.IsType<CpuCompositor>(compositor);
        Assert.Single(reports);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(9)]
    public void Options_out_of_range_are_refused(int latency) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new GlCompositorOptions { Latency = latency });

    [Fact]
    public void Styles_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => OverlayStyle.Default with { Opacity = 1.1f });
        Assert.Throws<ArgumentOutOfRangeException>(() => OverlayStyle.Default with { Opacity = float.NaN });
        Assert.Throws<ArgumentOutOfRangeException>(() => OverlayStyle.Default with { ContourWidth = 0 });
    }

    [Fact]
    public void Bands_run_once_each_and_failures_come_back()
    {
        var runner = new BandRunner(4);
        for (var round = 0; round < 500; round++)
        {
            var counts = new int[13];
            runner.Run(counts.Length, band => Interlocked.Increment(ref counts[band]));
            Assert.All(counts, count => Assert.Equal(1, count));
        }

        Assert.Throws<UnreachableException>(() => runner.Run(5, band => throw new UnreachableException()));
        runner.Run(3, _ => { });
    }
}
