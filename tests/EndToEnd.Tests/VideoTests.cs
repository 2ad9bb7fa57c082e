using System.Diagnostics;
using System.Text.Json;

namespace OpenSegR.Realtime.Tests.EndToEnd;

/// <summary>The main job on the embedded model: a video in, a segmented video out.</summary>
public sealed class VideoTests
{
    private const string Words = "ball; cube, box; star; grass+stuff; sky+stuff; road+stuff";

    [Theory]
    [InlineData("semantic", "exact")]
    [InlineData("panoptic", "exact")]
    [InlineData("instance", "exact")]
    [InlineData("semantic", "latest")]
    public void Every_frame_comes_out_once_with_size_and_duration_kept(string mode, string sync)
    {
        using var scratch = new Scratch();
        var input = Videos.Make(scratch["in.mp4"], 20);

        Segr.Run("video", input, "--vocab", Words, "--mode", mode, "--sync", sync, "--ep", "cpu", "--out", scratch["out.mp4"],
            "--stats", scratch["stats.json"]).MustSucceed();

        var before = Videos.Probe(input);
        var after = Videos.Probe(scratch["out.mp4"]);
        Assert.Equal((before.Frames, before.Width, before.Height), (after.Frames, after.Width, after.Height));
        Assert.Equal(before.Seconds, after.Seconds, 0.05);
        using var stats = JsonDocument.Parse(File.ReadAllText(scratch["stats.json"]));
        Assert.Equal(20, stats.RootElement.GetProperty("frames_out").GetInt32());
        Assert.Equal(["in.mp4", "out.mp4", "stats.json"], Directory.GetFiles(scratch.Folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_video_that_ends_early_is_finished_and_said_to_be_cut_off()
    {
        using var scratch = new Scratch();
        var input = Videos.Make(scratch["in.mp4"], 120);
        var bytes = File.ReadAllBytes(input);
        File.WriteAllBytes(scratch["cut.mp4"], bytes[..(bytes.Length * 6 / 10)]);

        Segr.AssertRefused("ends early", "video", scratch["cut.mp4"], "--vocab", Words, "--size", "96x64", "--out", scratch["out.mp4"]);
        Assert.InRange(Videos.Probe(scratch["out.mp4"]).Frames, 10, 110);
        Assert.Equal(["cut.mp4", "in.mp4", "out.mp4"], Directory.GetFiles(scratch.Folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task An_interrupted_run_leaves_a_playable_file()
    {
        using var scratch = new Scratch();
        using var process = Segr.Start(
            Segr.Program, null, "video", "synthetic:3:320x180:100000", "--vocab", Words, "--out", scratch["out.mp4"]);
        var error = process.StandardError.ReadToEndAsync();
        WaitForOutput(scratch.Folder, process);
        using (var kill = Process.Start("kill", ["-INT", process.Id.ToString()]))
        {
            kill.WaitForExit();
        }

        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)), "the program did not end after the interrupt");
        Assert.True(process.ExitCode == 130, $"exit code {process.ExitCode}: {await error}");
        Assert.True(Videos.Probe(scratch["out.mp4"]).Frames > 0);
    }

    [Fact]
    public void The_demo_writes_a_video_and_a_picture_of_classes_that_are_there()
    {
        using var scratch = new Scratch();
        var outcome = Segr.Run("demo", "--out", scratch.Folder, "--frames", "12").MustSucceed();

        Assert.Equal(12, Videos.Probe(scratch["demo.mp4"]).Frames);
        Assert.True(new FileInfo(scratch["demo.png"]).Length > 10_000);
        Assert.Contains("inference", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("class", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("with generic reasoning", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_minimal_sample_segments_a_video()
    {
        using var scratch = new Scratch();
        var input = Videos.Make(scratch["in.mp4"], 8);
        Segr.RunProgram(Segr.Minimal, null, input, scratch["out.mp4"], Words).MustSucceed();
        Assert.Equal(8, Videos.Probe(scratch["out.mp4"]).Frames);
    }

    /// <summary>Waits until the output has some frames on disk.</summary>
    private static void WaitForOutput(string folder, Process process)
    {
        var deadline = Stopwatch.StartNew();
        while (Directory.GetFiles(folder).Sum(f => new FileInfo(f).Length) < 50_000)
        {
            Assert.False(process.HasExited, "the program ended by itself");
            Assert.True(deadline.Elapsed < TimeSpan.FromMinutes(2), "no output appeared");
            Thread.Sleep(20);
        }
    }
}
