using System.CommandLine;
using OpenSegR.Realtime.Cli.Options;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Cli;

public sealed class RunOptionsTests
{
    [Theory]
    [InlineData("", false, null)]
    [InlineData("", true, "carry smooth")]
    [InlineData("--sync latest", false, "carry smooth")]
    [InlineData("--sync exact", true, null)]
    [InlineData("--smooth", false, "smooth")]
    [InlineData("--smooth on", false, "smooth")]
    [InlineData("--smooth off", true, "carry")]
    [InlineData("--carry off", true, null)]
    [InlineData("--carry off --smooth", true, "smooth")]
    [InlineData("--carry on", false, "carry smooth")]
    public void Masks_are_carried_where_they_may_lag_and_damped_where_they_are_carried(string line, bool isLive, string? expected)
    {
        var options = new RunOptions();
        var motion = options.Pipeline(Parse(options, line), isLive).Motion;
        Assert.Equal(expected, motion is null ? null : string.Join(' ', new[] { motion.Carry ? "carry" : "", motion.Smooth ? "smooth" : "" }.Where(s => s.Length > 0)));
    }

    [Theory]
    [InlineData("", SyncMode.Exact, 0)]
    [InlineData("", SyncMode.Latest, 1)]
    [InlineData("--frames-at-once 3", SyncMode.Exact, 3)]
    [InlineData("--frames-at-once 1", SyncMode.Latest, 1)]
    public void Several_frames_are_in_the_network_only_where_each_has_its_own_masks(string line, SyncMode sync, int expected)
    {
        var options = new RunOptions();
        Assert.Equal(expected, options.FramesAtOnce(Parse(options, line), sync));
    }

    [Theory]
    [InlineData("--frames-at-once 0", SyncMode.Exact)]
    [InlineData("--frames-at-once 33", SyncMode.Exact)]
    [InlineData("--frames-at-once 2", SyncMode.Latest)]
    public void What_cannot_be_is_an_error(string line, SyncMode sync)
    {
        var options = new RunOptions();
        Assert.Contains("--frames-at-once", Assert.Throws<InputException>(() => options.FramesAtOnce(Parse(options, line), sync)).Message, StringComparison.Ordinal);
    }

    private static ParseResult Parse(RunOptions options, string line)
    {
        var command = new RootCommand();
        options.AddTo(command);
        var parsed = command.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(parsed.Errors);
        return parsed;
    }
}
