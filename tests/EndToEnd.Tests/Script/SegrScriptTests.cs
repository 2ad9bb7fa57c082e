using System.Runtime.Versioning;

namespace OpenSegR.Realtime.Tests.Script;

/// <summary>The script at the root, run in a made-up repository, with a PATH that has nothing but the system's small tools.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class SegrScriptTests : IDisposable
{
    private readonly ScriptSandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("demo")]
    [InlineData("setup")]
    [InlineData("test")]
    public void AMissingSdkIsSaidPlainly(string command)
    {
        var run = _sandbox.Run(command);
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.StartsWith("segr: the .NET 10 SDK is missing: there is no 'dotnet' command.", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void AnOlderSdkIsNamed()
    {
        _sandbox.AddCommand("dotnet", """
            case $1 in
              --version) exit 1 ;;
              --list-sdks) echo "8.0.100 [/somewhere]" ;;
            esac
            """);
        var run = _sandbox.Run("demo");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("with these SDKs: 8.0.100.", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("setup", "--nonsense")]
    [InlineData("test", "--nonsense")]
    [InlineData("test", "one", "two")]
    public void UnknownOptionsAreUsageErrors(params string[] arguments)
    {
        Assert.Equal(2, _sandbox.Run(arguments).ExitCode);
    }

    [Fact]
    public void WithoutRootTheExactCommandIsPrinted()
    {
        _sandbox.AddCommand("dotnet", "echo 10.0.100");
        _sandbox.AddCommand("apt-get", "exit 9");
        _sandbox.AddCommand("dpkg-query", "exit 1");
        var run = _sandbox.RunWithoutRoot("demo");
        Assert.Equal(1, run.ExitCode);
        Assert.Matches("apt-get update && apt-get install -y --no-install-recommends .*libopencv-videoio-dev", run.Error);
    }

    [Fact]
    public void AFreshProgramRunsAtOnceWithItsArgumentsAndExitCode()
    {
        _sandbox.AddFreshProgram();
        var run = _sandbox.Run("image", "two words", "--vocab", "a;b", "");
        Assert.Equal(7, run.ExitCode);
        Assert.Equal("[image][two words][--vocab][a;b][]", run.Output.Trim());
        Assert.Equal("", run.Error);
    }

    [Theory]
    [InlineData("src/Engine/Some.cs")]
    [InlineData("native/cpu/some.cpp")]
    [InlineData("shaders/some.frag")]
    [InlineData("Directory.Packages.props")]
    public void AChangedFileMakesItStale(string file)
    {
        _sandbox.AddFreshProgram();
        _sandbox.Touch(file);
        Assert.Contains("SDK is missing", _sandbox.Run("demo").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void ADeletedFileMakesItStale()
    {
        _sandbox.AddFreshProgram();
        _sandbox.Delete("src/Engine/Some.cs");
        Assert.Contains("SDK is missing", _sandbox.Run("demo").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void AnotherChoiceOfPackagesMakesItStale()
    {
        _sandbox.AddFreshProgram();
        Assert.Contains("SDK is missing", _sandbox.Run(["demo"], packages: "nuget").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileAmongTheNpmPackagesDoesNot()
    {
        _sandbox.AddFreshProgram();
        _sandbox.Touch("build/npm/node_modules/some/file.js");
        // The folder above belongs to the sources; only what lies inside node_modules is not looked at.
        _sandbox.Age("build/npm");
        Assert.Equal(7, _sandbox.Run("demo").ExitCode);
    }
}
