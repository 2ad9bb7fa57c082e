using System.Diagnostics;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.EndToEnd;

/// <summary>What must not break whatever happens: killed while it writes or caches, interrupted at any moment, a full disk.</summary>
public sealed class FaultTests
{
    private const string Words = "ball; cube, box; star; grass+stuff; sky+stuff";

    [Fact]
    public void Killed_while_writing_it_leaves_what_was_written_playable_and_runs_again()
    {
        using var scratch = new Scratch();
        using (var process = Segr.Start(Segr.Program, null, "video", "synthetic:3:320x180:100000", "--vocab", Words, "--ep", "cpu", "--out", scratch["out.mp4"]))
        {
            _ = process.StandardError.ReadToEndAsync();
            Wait(process, () => Directory.GetFiles(scratch.Folder).Sum(f => new FileInfo(f).Length) > 100_000);
            process.Kill();
            process.WaitForExit();
        }

        // Nothing under the final name; the partial file plays up to the last fragment.
        Assert.False(File.Exists(scratch["out.mp4"]));
        var partial = Assert.Single(Directory.GetFiles(scratch.Folder));
        Wait(null, () => Videos.Probe(partial).Frames > 0);
        Segr.Run("video", "synthetic:3:320x180:6", "--vocab", Words, "--ep", "cpu", "--out", scratch["out.mp4"]).MustSucceed();
        Assert.Equal(6, Videos.Probe(scratch["out.mp4"]).Frames);
    }

    [Fact]
    public void Killed_while_caching_it_finds_its_cache_sound()
    {
        using var scratch = new Scratch();
        var words = string.Join(';', Enumerable.Range(0, 120).Select(i => $"thing number {i}"));
        var embed = new[] { "embed", "--vocab", words, "--ep", "cpu", "--out", scratch["text.safetensors"] };
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            using var process = Segr.Start(Segr.Program, null, embed);
            _ = process.StandardError.ReadToEndAsync();
            _ = process.StandardOutput.ReadToEndAsync();
            process.WaitForExit(TimeSpan.FromMilliseconds(400 * attempt));
            process.Kill();
            process.WaitForExit();
        }

        Segr.Run(embed).MustSucceed();
        var cached = TextClassifierFile.Read(scratch["text.safetensors"], null);
        Segr.Run([.. embed, "--no-cache"]).MustSucceed();
        var fresh = TextClassifierFile.Read(scratch["text.safetensors"], null);
        Assert.Equal(fresh.Embeddings.Length, cached.Embeddings.Length);
        for (var i = 0; i < fresh.Embeddings.Length; i++)
        {
            // Sentences that are embedded in other company differ in the last bits.
            Assert.Equal(fresh.Embeddings[i], cached.Embeddings[i], 1e-4f);
        }
    }

    [Theory]
    [InlineData(60)]
    [InlineData(350)]
    [InlineData(900)]
    [InlineData(2100)]
    public async Task Interrupted_at_any_moment_it_ends_and_leaves_a_whole_file_or_none(int milliseconds)
    {
        using var scratch = new Scratch();
        using var process = Segr.Start(Segr.Program, null, "video", "synthetic:3:320x180:100000", "--vocab", Words, "--ep", "cpu", "--out", scratch["out.mp4"]);
        var error = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        process.WaitForExit(TimeSpan.FromMilliseconds(milliseconds));
        using (var kill = Process.Start("kill", ["-INT", process.Id.ToString()]))
        {
            kill.WaitForExit();
        }

        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)), "the program did not end after the interrupt");

        // Before the runtime has come up the signal ends the process as it ends any other.
        Assert.True(process.ExitCode == 130, $"exit code {process.ExitCode}: {await error}");
        if (File.Exists(scratch["out.mp4"]))
        {
            Assert.True(Videos.Probe(scratch["out.mp4"]).Frames > 0);
        }
    }

    private static void Wait(Process? process, Func<bool> until)
    {
        var deadline = Stopwatch.StartNew();
        while (!until())
        {
            Assert.False(process?.HasExited ?? false, "the program ended by itself");
            Assert.True(deadline.Elapsed < TimeSpan.FromMinutes(2), "it did not happen");
            Thread.Sleep(20);
        }
    }
}
