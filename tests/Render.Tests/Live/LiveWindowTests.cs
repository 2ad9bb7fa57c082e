using System.Collections.Concurrent;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Render.Cpu;
using OpenSegR.Realtime.Render.Live;

namespace OpenSegR.Realtime.Tests.Live;

/// <summary>A real window on a display without a screen, driven by real key strokes.</summary>
[Collection("window")]
public sealed class LiveWindowTests(XServer display)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(CompositorKind.OpenGl)]
    [InlineData(CompositorKind.Cpu)]
    public void Shows_the_picture_the_right_way_up_and_in_the_right_colours(CompositorKind renderer)
    {
        display.Require();
        using var scene = new Scene(320, 180, 4);
        scene.Frame.Pixels.Fill(40);
        // Blue in the top left corner; frames are blue, green, red.
        for (var y = 0; y < 60; y++)
        {
            for (var x = 0; x < 60; x++)
            {
                (scene.Frame.Row(y)[3 * x], scene.Frame.Row(y)[(3 * x) + 2]) = (250, 10);
            }
        }

        var style = OverlayStyle.Default with { Opacity = 0, Contours = false, Legend = false };
        byte[]? pixels = null;
        using var run = new WindowRun(display, new LiveWindowOptions { Width = 640, Height = 480, Style = style, Renderer = renderer });
        run.Window.Present(scene.Frame, scene.Masks);
        run.WaitUntil(loop => loop.HasPicture && !loop.HasMessage, loop => pixels = loop.ReadWindow());

        // 320 x 180 in 640 x 480: rows 60 to 419, black above and below.
        Assert.Equal([0, 0, 0], Pixel(pixels!, 640, 320, 30));
        Assert.Equal([10, 40, 250], Pixel(pixels!, 640, 20, 80));
        Assert.Equal([40, 40, 40], Pixel(pixels!, 640, 20, 400));
        Assert.Equal([40, 40, 40], Pixel(pixels!, 640, 600, 80));
        Assert.Equal([0, 0, 0], Pixel(pixels!, 640, 320, 450));
    }

    [Fact]
    public void Keys_do_what_the_help_says()
    {
        display.Require();
        using var scene = new Scene(320, 180, 4);
        using var run = new WindowRun(display, new LiveWindowOptions { Width = 640, Height = 360, VocabularyText = "cat" });
        run.Window.Present(scene.Frame, scene.Masks);
        run.WaitUntil(loop => loop.HasPicture);

        run.Key("c");
        run.WaitUntil(loop => !loop.Controller.Style.Contours);
        run.Key("l");
        run.WaitUntil(loop => !loop.Controller.Style.Legend);
        run.Key("h");
        run.WaitUntil(loop => !loop.Controller.Style.Hud);
        run.Key("minus");
        run.WaitUntil(loop => loop.Controller.Style.Opacity == 0.4f);
        run.Key("plus");
        run.WaitUntil(loop => loop.Controller.Style.Opacity == 0.5f);
        run.Key("n");
        run.WaitUntil(loop => loop.Controller.Style.HighlightClass == "class 0");
        run.Key("p");
        run.WaitUntil(loop => loop.Controller.Style.HighlightClass is null);
        run.Key("m");
        run.WaitFor("mode");
        run.Key("space");
        run.WaitFor("pause True");
        run.Key("space");
        run.WaitFor("pause False");
        run.Key("s");
        run.WaitFor("screenshot 320x180");
        run.Key("question");
        run.WaitUntil(loop => loop.Controller.ShowsHelp);
        run.Key("Escape");
        run.WaitUntil(loop => !loop.Controller.ShowsHelp);

        run.Key("t");
        run.WaitUntil(loop => loop.Controller.Editor?.Text == "cat");
        display.Type("type", ", kitten; dog");
        run.WaitUntil(loop => loop.Controller.Editor?.Text == "cat, kitten; dog");
        run.Key("BackSpace");
        run.WaitUntil(loop => loop.Controller.Editor?.Text == "cat, kitten; do");
        run.Key("ctrl+u");
        run.WaitUntil(loop => loop.Controller.Editor?.Text.Length == 0);
        display.Type("type", "fish");
        run.WaitUntil(loop => loop.Controller.Editor?.Text == "fish");
        run.Key("Return");
        run.WaitFor("vocabulary fish");

        run.Key("r");
        run.WaitFor("recording True");
        run.Window.Present(scene.Frame, scene.Masks);
        run.WaitFor("recorded 320x180");
        run.Key("r");
        run.WaitFor("recording False");

        run.Key("q");
        Assert.True(run.HasEnded(Patience));
        Assert.True(run.Window.IsClosed);
    }

    [Theory]
    [InlineData(CompositorKind.OpenGl)]
    [InlineData(CompositorKind.Cpu)]
    public void A_screenshot_is_what_the_compositor_draws(CompositorKind renderer)
    {
        display.Require();
        using var scene = new Scene(321, 181, 4);
        var options = new LiveWindowOptions { Width = 320, Height = 240, Style = OverlayStyle.Default with { Legend = false }, Renderer = renderer };
        using var run = new WindowRun(display, options);
        run.Window.Present(scene.Frame, scene.Masks);
        run.WaitUntil(loop => loop.HasPicture);
        run.Key("s");
        run.WaitFor("screenshot 321x181");
        using var cpu = new CpuCompositor();
        cpu.Compose(scene.Frame, scene.Masks, OverlayStyle.Default with { Legend = false }, null, scene.Target);
        Assert.True(scene.Target.Pixels.SequenceEqual(run.Screenshot));
    }

    [Fact]
    public void The_pointer_shows_the_class_and_resizing_keeps_the_aspect()
    {
        display.Require();
        using var scene = new Scene(320, 180, 4);
        byte[]? before = null;
        byte[]? after = null;
        using var run = new WindowRun(display, new LiveWindowOptions { Width = 640, Height = 360 });
        run.Window.Present(scene.Frame, scene.Masks);
        run.WaitUntil(loop => loop.HasPicture, loop => before = loop.ReadWindow());
        run.Pointer(300, 200);
        run.WaitUntil(loop => loop.HoveredClass == "class 2", loop => after = loop.ReadWindow());
        Assert.False(before.AsSpan().SequenceEqual(after));

        run.Resize(500, 500);
        byte[]? square = null;
        run.WaitUntil(loop => loop is { Width: 500, Height: 500 }, loop => square = loop.ReadWindow());
        Assert.Equal([0, 0, 0], Pixel(square!, 500, 250, 60));
        Assert.NotEqual([0, 0, 0], Pixel(square!, 500, 250, 250));
    }

    [Theory]
    [InlineData(CompositorKind.OpenGl)]
    [InlineData(CompositorKind.Cpu)]
    public void Panels_are_drawn_at_the_windows_size_and_screenshots_have_them_too(CompositorKind renderer)
    {
        display.Require();
        using var scene = new Scene(320, 180, 4);
        byte[]? with = null, without = null;
        using var run = new WindowRun(display, new LiveWindowOptions { Width = 800, Height = 600, Renderer = renderer, Style = OverlayStyle.Default with { Opacity = 0 } });
        run.Window.Present(scene.Frame, scene.Masks);
        run.WaitUntil(loop => loop.HasPicture, loop => with = loop.ReadWindow());
        run.Key("s");
        run.WaitFor("screenshot 320x180");
        var picture = run.Screenshot;
        run.Key("l");
        run.WaitUntil(loop => !loop.Controller.Style.Legend, loop => without = loop.ReadWindow());
        run.Key("s");
        run.WaitFor("screenshot 320x180");

        // A panel at the window's scale keeps its padding of one height of capitals from the corner; scaled up with the picture, it would be wider.
        var cap = Render.Hud.HudLayout.CapHeightFor(600);
        Assert.Equal(Pixel(without!, 800, 799 - (cap / 2), 30), Pixel(with!, 800, 799 - (cap / 2), 30));
        Assert.NotEqual(Pixel(without!, 800, 799 - (2 * cap), 2 * cap), Pixel(with!, 800, 799 - (2 * cap), 2 * cap));
        Assert.False(picture.AsSpan().SequenceEqual(run.Screenshot));
    }

    [Fact]
    public void A_state_stays_until_it_is_taken_away()
    {
        display.Require();
        using var scene = new Scene(320, 180, 4);
        byte[]? before = null, lost = null, after = null;
        using var run = new WindowRun(display, new LiveWindowOptions { Width = 640, Height = 360 });
        run.Window.Present(scene.Frame, scene.Masks);
        run.WaitUntil(loop => loop.HasPicture && !loop.HasMessage, loop => before = loop.ReadWindow());
        run.Window.SetStatus("camera 0 is lost");
        run.WaitUntil(loop => loop.Status is not null, loop => lost = loop.ReadWindow());
        run.Window.SetStatus(null);
        run.WaitUntil(loop => loop.Status is null, loop => after = loop.ReadWindow());
        Assert.False(before.AsSpan().SequenceEqual(lost));
        Assert.True(before.AsSpan().SequenceEqual(after));
    }

    [Fact]
    public void The_newest_frame_wins_and_nothing_leaks()
    {
        display.Require();
        using var scene = new Scene(64, 48, 4);
        using var run = new WindowRun(display, new LiveWindowOptions { Width = 200, Height = 150 });
        for (var i = 0; i < 200; i++)
        {
            scene.Frame.Index = i;
            run.Window.Present(scene.Frame, scene.Masks);
        }

        run.WaitUntil(loop => loop.ShownIndex == 199);
        run.Window.Close();
        Assert.True(run.HasEnded(Patience));
        run.Window.Present(scene.Frame, scene.Masks);
        Assert.Equal(0, run.Window.FramesInUse);
    }

    [Theory]
    [InlineData(CompositorKind.OpenGl)]
    [InlineData(CompositorKind.Cpu)]
    public void Showing_and_recording_frames_allocates_next_to_nothing(CompositorKind renderer)
    {
        display.Require();
        const int Warm = 100;
        const int Count = 300;
        using var scene = new Scene(320, 180, 4, mode: Segmentation.SegmentationMode.Panoptic);
        using var run = new WindowRun(display, new LiveWindowOptions
        {
            Width = 640,
            Height = 360,
            Style = OverlayStyle.Default with { Hud = true },
            Meter = new HudMeter("title", "provider"),
            Renderer = renderer,
        });
        run.Window.Present(scene.Frame, scene.Masks);
        run.WaitUntil(loop => loop.HasPicture);
        run.Key("r");
        run.WaitFor("recording True");
        run.Pointer(300, 200);
        run.WaitUntil(loop => loop.HoveredClass is not null);
        long before = 0;
        for (var n = 1; n <= Count; n++)
        {
            scene.Frame.Index = n;
            run.Window.Present(scene.Frame, scene.Masks);
            run.WaitUntilShown(n);
            if (n == Warm)
            {
                before = run.AllocatedBytes + GC.GetAllocatedBytesForCurrentThread();
            }
        }

        // Both threads' own counts, which nothing else disturbs.
        var perFrame = (run.AllocatedBytes + GC.GetAllocatedBytesForCurrentThread() - before) / (Count - Warm);
        // Out of the way of the other tests, which share the display.
        run.Pointer(10_000, 10_000);
        Assert.InRange(perFrame, 0, 64);
        Assert.InRange(run.Recorded, Count, Count + 1);
    }

    [Fact]
    public void Cancellation_closes_the_window()
    {
        display.Require();
        using var run = new WindowRun(display, new LiveWindowOptions { Width = 320, Height = 240 });
        run.Cancel();
        Assert.True(run.HasEnded(Patience));
    }

    private static int[] Pixel(byte[] pixels, int width, int x, int y)
    {
        var at = 4 * ((y * width) + x);
        return [pixels[at], pixels[at + 1], pixels[at + 2]];
    }

    /// <summary>A window on a thread of its own, its events, and ways to wait for it.</summary>
    private sealed class WindowRun : ILiveWindowEvents, IDisposable
    {
        private readonly XServer _display;
        private readonly Thread _thread;
        private readonly CancellationTokenSource _cancellation = new();
        private readonly BlockingCollection<string> _said = [];
        private readonly ConcurrentQueue<(Func<LiveWindowLoop, bool> When, Action<LiveWindowLoop> Then, ManualResetEventSlim Done)> _waits = new();
        private Exception? _failure;
        private long _shown;
        private long _allocated;

        public WindowRun(XServer display, LiveWindowOptions options)
        {
            _display = display;
            Window = new LiveWindow(options with { Title = "test" }, this) { Stepped = Look };
            _thread = new Thread(() =>
            {
                try
                {
                    Window.Run(_cancellation.Token);
                }
                catch (SegrException e)
                {
                    _failure = e;
                }
            })
            { IsBackground = true };
            _thread.Start();
        }

        public LiveWindow Window { get; }

        public byte[] Screenshot { get; private set; } = [];

        /// <summary>Pictures that were recorded.</summary>
        public int Recorded { get; private set; }

        /// <summary>Bytes that the window's thread had allocated when it last showed a new frame.</summary>
        public long AllocatedBytes => Volatile.Read(ref _allocated);

        /// <summary>Waits for a frame without allocating anything.</summary>
        public void WaitUntilShown(long index)
        {
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            while (Volatile.Read(ref _shown) != index)
            {
                if (System.Diagnostics.Stopwatch.GetElapsedTime(start) > Patience)
                {
                    Assert.Fail($"the window does not show frame {index}");
                }

                Thread.Yield();
            }
        }

        public void Key(string key) => _display.Type("search", "--sync", "--onlyvisible", "--name", "^test$", "windowfocus", "--sync", "key", key);

        public void Pointer(int x, int y) =>
            _display.Type("search", "--sync", "--onlyvisible", "--name", "^test$", "mousemove", "--window", "%1", $"{x}", $"{y}");

        public void Resize(int width, int height) =>
            _display.Type("search", "--sync", "--onlyvisible", "--name", "^test$", "windowsize", $"{width}", $"{height}");

        public void WaitUntil(Func<LiveWindowLoop, bool> when, Action<LiveWindowLoop>? then = null)
        {
            using var done = new ManualResetEventSlim();
            _waits.Enqueue((when, then ?? (_ => { }), done));
            var gotThere = done.Wait(Patience);
            SkipWithoutOpenGl();
            Assert.True(gotThere, $"the window did not get there (alive: {_thread.IsAlive}, closed: {Window.IsClosed}) {_failure?.Message}");
        }

        /// <summary>A display may be there without OpenGL; everything else that ends a window is a failure.</summary>
        private void SkipWithoutOpenGl() => Assert.SkipWhen(_failure?.Message.Contains("GLX", StringComparison.Ordinal) ?? false, _failure?.Message ?? "");

        public void WaitFor(string said)
        {
            while (_said.TryTake(out var heard, Patience))
            {
                if (heard == said)
                {
                    return;
                }
            }

            Assert.Fail($"the window did not say '{said}'");
        }

        public void Cancel() => _cancellation.Cancel();

        public bool HasEnded(TimeSpan patience) => _thread.Join(patience);

        public void PauseChanged(bool isPaused) => _said.Add($"pause {isPaused}");

        public void ModeRequested() => _said.Add("mode");

        public void VocabularyEntered(string text) => _said.Add("vocabulary " + text);

        public void ScreenshotTaken(Frame picture)
        {
            Screenshot = picture.Pixels.ToArray();
            _said.Add($"screenshot {picture.Width}x{picture.Height}");
        }

        public void RecordingChanged(bool isRecording) => _said.Add($"recording {isRecording}");

        public void PictureRecorded(Frame picture)
        {
            if (Recorded++ == 0)
            {
                _said.Add($"recorded {picture.Width}x{picture.Height}");
            }
        }

        public void Dispose()
        {
            Window.Close();
            _thread.Join();
            Window.Dispose();
            _cancellation.Dispose();
            _said.Dispose();
        }

        private void Look(LiveWindowLoop loop)
        {
            if (loop.ShownIndex != _shown)
            {
                Volatile.Write(ref _allocated, GC.GetAllocatedBytesForCurrentThread());
                Volatile.Write(ref _shown, loop.ShownIndex);
            }

            while (_waits.TryPeek(out var wait) && wait.When(loop))
            {
                _waits.TryDequeue(out _);
                wait.Then(loop);
                wait.Done.Set();
            }
        }
    }
}
