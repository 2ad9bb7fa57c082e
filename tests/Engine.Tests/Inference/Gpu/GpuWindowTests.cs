using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Inference.Gpu;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Render.Live;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Tests.Inference.Gpu;

/// <summary>A real window on a display without a screen, drawn from the memory of a stand-in for a GPU.</summary>
[Collection("stand-in GPU")]
public sealed class GpuWindowTests : IClassFixture<XServer>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly XServer _display;
    private readonly List<string> _notices = [];
    private readonly ManualResetEventSlim _isMet = new();
    private Func<LiveWindowLoop, bool>? _condition;

    public GpuWindowTests(XServer display)
    {
        StandIn.Reset();
        _display = display;
    }

    public void Dispose()
    {
        _isMet.Dispose();
        Assert.Equal("", StandIn.Misuse);
        StandIn.Reset();
    }

    [Theory]
    [InlineData(CompositorKind.OpenGl)]
    [InlineData(CompositorKind.Cpu)]
    public async Task FramesAreDrawnFromTheGpusMemoryWhereOpenGlDraws(CompositorKind renderer)
    {
        _display.Require();
        var before = StandIn.Get("objects");
        using (var sharing = new GpuSharing(_notices.Add))
        {
            using var golden = new GoldenCase(GoldenModel.Panoptic, 2);
            using var segmentor = Segmentor(golden, sharing);
            using var window = new LiveWindow(new LiveWindowOptions
            {
                Width = 320,
                Height = 240,
                Renderer = renderer,
                Style = OverlayStyle.Default with { Opacity = 0, Contours = false, Legend = false },
                Compositor = new GlCompositorOptions { CheckCalls = true, Sharing = sharing },
            })
            {
                Stepped = loop =>
                {
                    if (Volatile.Read(ref _condition)?.Invoke(loop) == true)
                    {
                        Volatile.Write(ref _condition, null);
                        _isMet.Set();
                    }
                },
            };
            var running = Task.Factory.StartNew(
                () => window.Run(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            for (var i = 0; i < 4; i++)
            {
                using var frame = FramePool.Shared.Rent(i < 3 ? new FrameFormat(80, 60) : new FrameFormat(100, 75));
                using var masks = new SegmentationResultPool().Rent();
                frame.Index = i;
                frame.Pixels.Fill(200);
                segmentor.Segment(frame, masks);
                var isShared = i > 0 && renderer == CompositorKind.OpenGl;
                Assert.Equal(isShared, frame.GpuCopy is not null);
                Assert.Equal(isShared, masks.GpuCopy is not null);

                // What the host has, the window shows where it has nothing better.
                frame.Pixels.Fill(90);
                window.Present(frame, masks);
                byte[]? pixels = null;
                var index = i;
                WaitUntil(running, loop =>
                {
                    pixels = loop.HasPicture && loop.ShownIndex == index ? loop.ReadWindow() : null;
                    return pixels is not null;
                });
                Assert.Equal(isShared ? 200 : 90, pixels![4 * ((120 * 320) + 160)]);
            }

            window.Close();
            await running.WaitAsync(Patience, TestContext.Current.CancellationToken);
            Assert.Equal(0, window.FramesInUse);
        }

        var notice = Assert.Single(_notices);
        if (renderer == CompositorKind.OpenGl)
        {
            Assert.Equal("the window draws frames and masks from the GPU's memory", notice);
        }
        else
        {
            // On a machine with a graphics card the reason is the renderer that was asked for.
            Assert.Matches("^frames and masks are uploaded for the window: (OpenGL is drawn by the processor \\(|masks are drawn on the CPU$)", notice);
        }

        Assert.Equal(before, StandIn.Get("objects"));
    }

    private void WaitUntil(Task running, Func<LiveWindowLoop, bool> condition)
    {
        _isMet.Reset();
        Volatile.Write(ref _condition, condition);
        Assert.True(_isMet.Wait(Patience, TestContext.Current.CancellationToken), running.Exception?.Message ?? "the window does not show it");
    }

    private Segmentor Segmentor(GoldenCase golden, GpuSharing sharing)
    {
        var folder = GoldenModel.Get(GoldenModel.Panoptic);
        var sessions = new SessionFactory(new InferenceSettings { Provider = ExecutionProvider.Cpu, Threads = 2, GpuFramesOnCpu = true }, _notices.Add);
        return new Segmentor(
            SegmentationNetwork.Open(folder, sessions), folder.Manifest, golden.Classifier,
            new SegmentorOptions { InputSize = (96, 64), Sharing = sharing });
    }
}
