using OpenSegR.Realtime.Cli;

namespace OpenSegR.Realtime.Tests.Cli;

public sealed class CommandLineTests
{
    [Fact]
    public void Every_command_and_option_says_what_it_is_for()
    {
        var root = RootCommandBuilder.Build();
        Assert.All(root.Subcommands, command =>
        {
            Assert.False(string.IsNullOrEmpty(command.Description), command.Name);
            Assert.All(command.Options, option => Assert.False(string.IsNullOrEmpty(option.Description), $"{command.Name} {option.Name}"));
            Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrEmpty(argument.Description), $"{command.Name} {argument.Name}"));
        });
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("image")]
    [InlineData("video")]
    [InlineData("live")]
    [InlineData("import")]
    [InlineData("export")]
    [InlineData("embed")]
    [InlineData("reason")]
    [InlineData("eval")]
    [InlineData("synth")]
    [InlineData("models")]
    [InlineData("doctor")]
    [InlineData("bench")]
    [InlineData("setup")]
    [InlineData("test")]
    public void The_commands_are_there(string name) => Assert.Contains(RootCommandBuilder.Build().Subcommands, c => c.Name == name);

    [Fact]
    public void Exit_codes_tell_bad_input_from_failure_and_interruption()
    {
        using var interrupt = new CancellationTokenSource();
        Assert.Equal(2, Code(new InputException("x"), CancellationToken.None));
        Assert.Equal(2, Code(new ModelException("x"), CancellationToken.None));
        Assert.Equal(1, Code(new SegrException("x"), CancellationToken.None));
        Assert.Equal(2, Code(new SegrException("stage", new InputException("x")), CancellationToken.None));
        Assert.Equal(1, Code(new InvalidOperationException("x"), CancellationToken.None));
        Assert.Equal(1, Code(new OperationCanceledException(), CancellationToken.None));
        interrupt.Cancel();
        Assert.Equal(130, Code(new OperationCanceledException(), interrupt.Token));
    }

    [Fact]
    public void Reports_are_one_line()
    {
        ErrorReport.TryDescribe(new InvalidOperationException("first\nsecond"), CancellationToken.None, out var line, out _);
        Assert.DoesNotContain('\n', line);
        Assert.Contains("--verbose", line, StringComparison.Ordinal);
    }

    private static int Code(Exception exception, CancellationToken interrupted)
    {
        Assert.True(ErrorReport.TryDescribe(exception, interrupted, out _, out var code));
        return code;
    }
}
