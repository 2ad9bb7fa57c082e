using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render.Live;

namespace OpenSegR.Realtime.Tests.Live;

/// <summary>What keys do, without a window.</summary>
public sealed class WindowControllerTests : ILiveWindowEvents
{
    private readonly List<string> _said = [];

    [Fact]
    public void Opacity_goes_in_tenths_and_stops_at_the_ends()
    {
        var controller = new WindowController(new LiveWindowOptions(), this);
        for (var i = 0; i < 12; i++)
        {
            controller.Type('+', null);
        }

        Assert.Equal(1, controller.Style.Opacity);
        for (var i = 0; i < 7; i++)
        {
            controller.Type('-', null);
        }

        Assert.Equal(0.3f, controller.Style.Opacity);
        Assert.Equal("opacity 30 %", controller.Message);
    }

    [Fact]
    public void The_highlight_goes_round_the_classes_in_the_picture()
    {
        using var scene = new Scene(64, 36, 4, classes: 3);
        var controller = new WindowController(new LiveWindowOptions(), this);
        var seen = new List<string?>();
        for (var i = 0; i < 5; i++)
        {
            controller.Type('n', scene.Masks);
            seen.Add(controller.Style.HighlightClass);
        }

        Assert.Equal(["class 0", "class 1", "class 2", null, "class 0"], seen);
        controller.Type('p', scene.Masks);
        controller.Type('p', scene.Masks);
        Assert.Equal("class 2", controller.Style.HighlightClass);
        // The class leaves the picture.
        scene.Masks.Segments.RemoveAll(s => s.ClassIndex == 2);
        controller.Type('n', scene.Masks);
        Assert.Equal("class 0", controller.Style.HighlightClass);
        controller.Type('n', null);
        Assert.Null(controller.Style.HighlightClass);
    }

    [Fact]
    public void Commands_are_text_while_the_edit_line_is_open()
    {
        var controller = new WindowController(new LiveWindowOptions { VocabularyText = "cat" }, this);
        controller.Type('t', null);
        controller.Paste("\r\nsquid\u0007");
        Assert.Equal("cat;squid", controller.Editor!.Text);
        controller.Editor.Move(-100);
        controller.Editor.Delete();
        controller.Type('q', null);
        Assert.Equal(("qat;squid", 1), (controller.Editor.Text, controller.Editor.Caret));
        controller.Escape();
        Assert.Null(controller.Editor);
        Assert.False(controller.WantsClose);
        Assert.Empty(_said);

        // What was left is forgotten; what was applied is there the next time.
        controller.Type('t', null);
        Assert.Equal("cat", controller.Editor!.Text);
        controller.Editor.Clear();
        controller.Paste("  dog ");
        controller.Enter();
        Assert.Equal(["vocabulary dog"], _said);
        controller.Type('t', null);
        Assert.Equal("dog", controller.Editor!.Text);
        controller.Editor.Clear();
        controller.Enter();
        Assert.Equal(["vocabulary dog"], _said);
    }

    [Fact]
    public void Escape_closes_the_help_first_and_then_the_window()
    {
        var controller = new WindowController(new LiveWindowOptions(), null);
        controller.Type('?', null);
        Assert.True(controller.ShowsHelp);
        controller.Escape();
        Assert.Equal((false, false), (controller.ShowsHelp, controller.WantsClose));
        controller.Escape();
        Assert.True(controller.WantsClose);
    }

    [Fact]
    public void Pause_record_mode_and_full_screen_are_told()
    {
        var controller = new WindowController(new LiveWindowOptions(), this);
        foreach (var key in " rRmf ")
        {
            controller.Type(key, null);
        }

        Assert.Equal(["pause True", "recording True", "recording False", "mode", "pause False"], _said);
        Assert.True(controller.IsFullScreen);
        controller.Type('§', null);
    }

    [Fact]
    public void Every_key_of_the_help_does_something()
    {
        foreach (var (key, _) in WindowKeys.Help)
        {
            foreach (var part in key.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                Assert.NotEqual(WindowCommand.None, WindowKeys.CommandOf(part == "space" ? ' ' : part[0]));
            }
        }
    }

    [Theory]
    [InlineData(1280, 720, 640, 480, 0, 60, 640, 360)]
    [InlineData(720, 1280, 640, 480, 185, 0, 270, 480)]
    [InlineData(100, 100, 100, 100, 0, 0, 100, 100)]
    [InlineData(16384, 1, 10, 10, 0, 4, 10, 1)]
    public void A_picture_fits_its_window(
        int width, int height, int windowWidth, int windowHeight, int left, int top, int shownWidth, int shownHeight) =>
        Assert.Equal(new Viewport(left, top, shownWidth, shownHeight), Viewport.Fit(width, height, windowWidth, windowHeight));

    [Fact]
    public void The_pointer_finds_its_texel()
    {
        var viewport = Viewport.Fit(1280, 720, 640, 480);
        Assert.Null(viewport.Find(5, 59, 320, 180));
        Assert.Null(viewport.Find(5, 420, 320, 180));
        Assert.Equal((0, 0), viewport.Find(0, 60, 320, 180));
        Assert.Equal((319, 179), viewport.Find(639, 419, 320, 180));
        Assert.Equal((160, 90), viewport.Find(320, 240, 320, 180));
        Assert.Equal(new Viewport(0, 0, 1, 1), Viewport.Fit(10, 10, 0, 0));
    }

    void ILiveWindowEvents.PauseChanged(bool isPaused) => _said.Add($"pause {isPaused}");

    void ILiveWindowEvents.ModeRequested() => _said.Add("mode");

    void ILiveWindowEvents.VocabularyEntered(string text) => _said.Add("vocabulary " + text);

    void ILiveWindowEvents.ScreenshotTaken(Frame picture) => _said.Add("screenshot");

    void ILiveWindowEvents.RecordingChanged(bool isRecording) => _said.Add($"recording {isRecording}");

    void ILiveWindowEvents.PictureRecorded(Frame picture) => _said.Add("recorded");
}
