using System.Diagnostics;
using System.Text.Json;

namespace OpenSegR.Realtime.Tests.EndToEnd;

/// <summary>The live command as a user meets it: a real stream, a real window, real keys.</summary>
public sealed class LiveTests
{
    private const string Words = "ball; grass+stuff; sky+stuff";
    private static readonly string[] Small = ["--vocab", Words, "--size", "96x64", "--ep", "cpu"];

    [Fact]
    public void Words_typed_on_standard_input_are_looked_for_from_the_next_frame_on()
    {
        using var scratch = new Scratch();
        Videos.Make(scratch["in.mp4"], 24, 160, 96);
        using var live = new LiveProcess(null, [scratch["in.mp4"], .. Small, "--no-window", "--annotations", scratch["a.jsonl"]]);
        live.WaitUntil(() => Classes(scratch.Folder).Count > 0, "nothing was segmented");
        live.Type(";;");
        live.WaitFor("is empty");
        live.Type("zebra; giraffe+stuff");
        live.WaitFor("2 classes");
        live.WaitUntil(() => Classes(scratch.Folder).Overlaps(["zebra", "giraffe"]), "the new words were not looked for");
        live.Signal("INT");
        Assert.Equal(130, live.End());
        Assert.Subset(new HashSet<string> { "ball", "grass", "sky", "zebra", "giraffe" }, Classes(scratch.Folder));
    }

    [Fact]
    public void A_stream_that_dies_is_found_again_and_the_recording_goes_on()
    {
        using var scratch = new Scratch();
        var video = Videos.Make(scratch["in.mp4"], 24, 160, 96);
        var port = LocalPort.Free();
        var server = StreamServer.ServeHttp(video, Address(port));
        using var live = new LiveProcess(null, [Address(port), .. Small, "--no-window", "--record", scratch["out.mp4"], "--stats", scratch["stats.json"]]);
        live.WaitUntil(() => Size(scratch.Folder, "out") > 5_000, "nothing was recorded");
        server.Dispose();
        live.WaitFor($"{Address(port)} is lost; attempt 1 to reconnect in 0.5 s");
        var before = Size(scratch.Folder, "out");
        using var again = StreamServer.ServeHttp(video, Address(port));
        live.WaitFor("the source is back");
        live.WaitUntil(() => Size(scratch.Folder, "out") > before + 5_000, "the recording did not go on");
        // As wrappers pass on what the terminal has sent to everybody: one wish, not the impatience that a second one is.
        live.Signal("INT", "INT", "TERM");
        Assert.Equal(130, live.End());
        using var stats = JsonDocument.Parse(File.ReadAllText(scratch["stats.json"]));
        Assert.Equal(stats.RootElement.GetProperty("frames_out").GetInt64(), Videos.Probe(scratch["out.mp4"]).Frames);
    }

    [Fact]
    public async Task Rtsp_is_read()
    {
        using var scratch = new Scratch();
        var video = Videos.Make(scratch["in.mp4"], 24, 160, 96);
        var port = LocalPort.Free();
        var address = $"rtsp://127.0.0.1:{port}/stream1";
        // No server of RTSP is at hand, but FFmpeg's reader can be told to wait for a sender.
        using var process = Segr.Start(
            "env", null, ["OPENCV_FFMPEG_CAPTURE_OPTIONS=rtsp_flags;listen", Segr.Program, "live", address, .. Small, "--no-window", "--frames", "12"]);
        var (error, output) = (process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
        StreamServer.WaitForListener(port, null);
        using var sender = StreamServer.Start(video, "-c:v", "mpeg4", "-f", "rtsp", "-rtsp_transport", "tcp", address);
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(3)));
        Assert.True(process.ExitCode == 0, await error);
        Assert.Contains($"{address}: completed", await output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--capture-size", "1280")]
    [InlineData("--capture-size", "0x720")]
    [InlineData("--capture-fps", "0")]
    [InlineData("--capture-fps", "nan")]
    [InlineData("--capture-format", "JPEG2000")]
    public void What_no_camera_can_do_is_refused(string option, string value) =>
        Segr.AssertRefused(option, ["live", "camera:97", .. Small, "--no-window", option, value]);

    [Fact]
    public void A_server_that_says_nothing_is_given_up_in_time()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        var clock = Stopwatch.StartNew();
        Segr.AssertRefused($"127.0.0.1:{port}", ["live", $"http://127.0.0.1:{port}/", .. Small, "--no-window"]);
        Assert.True(clock.Elapsed < TimeSpan.FromMinutes(2));
    }

    [Fact]
    public void The_window_does_what_its_keys_say_on_a_stream()
    {
        using var scratch = new Scratch();
        using var display = VirtualDisplay.StartOrSkip();
        var name = display.Name;
        var video = Videos.Make(scratch["in.mp4"], 24, 160, 96);
        var port = LocalPort.Free();
        using var server = StreamServer.ServeHttp(video, Address(port));
        using var live = new LiveProcess(name, [Address(port), .. Small, "--out", scratch["shots"]]);
        live.WaitUntil(() => Key(name, "s") && Directory.Exists(scratch["shots"]), "there is no screenshot");
        live.WaitUntil(() => Directory.GetFiles(scratch["shots"], "*.png").Any(f => new FileInfo(f).Length > 1000), "there is no screenshot");

        Assert.True(Key(name, "r"));
        live.WaitUntil(() => Size(scratch["shots"], "demo-") > 20_000, "nothing is recorded");
        Assert.True(Key(name, "t", "ctrl+u", "z", "e", "b", "r", "a", "Return", "n", "p", "c", "l", "h", "m", "m", "m", "plus", "minus", "question", "Escape", "f", "f", "space", "space"));
        Assert.True(Key(name, "r"));
        live.WaitUntil(() => Directory.GetFiles(scratch["shots"], "*.mp4").Any(f => !f.Contains("partial", StringComparison.Ordinal)), "the recording is not finished");
        Assert.True(Key(name, "q"));
        Assert.Equal(0, live.End());
        Assert.True(Videos.Probe(Directory.GetFiles(scratch["shots"], "*.mp4").Single()).Frames > 0);
        Assert.Contains("zebra", live.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_display_that_goes_away_ends_the_run_and_keeps_the_recording()
    {
        using var scratch = new Scratch();
        var display = VirtualDisplay.StartOrSkip();
        var name = display.Name;
        Videos.Make(scratch["in.mp4"], 24, 160, 96);
        using var live = new LiveProcess(name, [scratch["in.mp4"], .. Small, "--record", scratch["out.mp4"]]);
        live.WaitUntil(() => Size(scratch.Folder, "out") > 20_000, "nothing was recorded");
        display.Dispose();
        Assert.Equal(1, live.End());
        Assert.Contains("the display is gone", live.Said, StringComparison.Ordinal);
        Assert.Equal(["in.mp4", "out.mp4"], Directory.GetFiles(scratch.Folder).Select(Path.GetFileName).Order());
        Assert.True(Videos.Probe(scratch["out.mp4"]).Frames > 0);
    }

    [Fact]
    public void A_window_that_somebody_else_destroys_ends_the_run_and_keeps_the_recording()
    {
        using var scratch = new Scratch();
        using var display = VirtualDisplay.StartOrSkip();
        var name = display.Name;
        Videos.Make(scratch["in.mp4"], 24, 160, 96);
        using var live = new LiveProcess(name, [scratch["in.mp4"], .. Small, "--record", scratch["out.mp4"]]);
        live.WaitUntil(() => Size(scratch.Folder, "out") > 20_000, "nothing was recorded");
        // Who types on a terminal is answered there, though there is a window.
        live.Type(";;");
        live.WaitFor("is empty");
        live.Type("zebra");
        live.WaitFor("1 class");
        live.WaitUntil(() => XDoTool(name, "windowclose"), "there is no window");
        Assert.Equal(0, live.End());
        Assert.Equal(["in.mp4", "out.mp4"], Directory.GetFiles(scratch.Folder).Select(Path.GetFileName).Order());
        Assert.True(Videos.Probe(scratch["out.mp4"]).Frames > 0);
    }

    [Fact]
    public void A_host_that_nobody_knows_is_named() =>
        Assert.Contains("there is no host 'no-such-host.invalid'", Segr.AssertRefused("user", ["live", "http://name:word@no-such-host.invalid/user", .. Small, "--no-window"]), StringComparison.Ordinal);

    private static string Address(int port) => $"http://127.0.0.1:{port}/live.mjpg";

    // Also of the file's partial form.
    private static long Size(string folder, string prefix) =>
        Directory.Exists(folder) ? Directory.GetFiles(folder, prefix + "*").Sum(f => new FileInfo(f).Length) : 0;

    private static HashSet<string> Classes(string folder)
    {
        HashSet<string> classes = [];
        foreach (var file in Directory.GetFiles(folder, "a*"))
        {
            using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            while (reader.ReadLine() is { } line)
            {
                // The last line may be half written.
                foreach (var word in new[] { "ball", "grass", "sky", "zebra", "giraffe" }.Where(w => line.Contains($"\"{w}\"", StringComparison.Ordinal)))
                {
                    classes.Add(word);
                }
            }
        }

        return classes;
    }

    /// <summary>Presses keys, one after another; false while there is no window.</summary>
    private static bool Key(string display, params string[] keys) =>
        // A key that closes the window fails when it is released.
        XDoTool(display, ["windowfocus", "--sync", "key", "--delay", "60", .. keys]) || keys is ["q"];

    private static bool XDoTool(string display, params string[] command)
    {
        try
        {
            var start = new ProcessStartInfo(
                "xdotool", ["search", "--onlyvisible", "--name", "OpenSegR.Realtime$", .. command])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
            start.Environment["DISPLAY"] = display;
            using var process = Process.Start(start)!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("xdotool is not installed");
            throw;
        }
    }
}
