namespace OpenSegR.Realtime.Tests.EndToEnd;

/// <summary>
/// What must not break whatever happens: killed while it writes or caches, interrupted at any moment, a full disk, a dead source. The short
/// version of <c>segr bench faults</c>.
/// </summary>
public sealed class FaultTests
{
    [Fact]
    public void Nothing_hangs_every_file_plays_and_the_cache_is_sound()
    {
        // One interruption of each command.
        var run = Segr.Run("bench", "faults", "--interruptions", "7", "--seed", "4");
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.EndsWith("13 as it should be, 0 not\n", run.Output, StringComparison.Ordinal);
        foreach (var fault in new[] { "killed while writing", "killed while caching", "disk full", "source dies", "no OpenGL", "a stage throws" })
        {
            Assert.Contains($"s  {fault}", run.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_number_of_interruptions_out_of_range_is_refused() => Segr.AssertRefused("--interruptions -1", "bench", "faults", "--interruptions", "-1");
}
