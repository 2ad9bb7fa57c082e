using System.Diagnostics;
using System.Runtime.Versioning;

namespace OpenSegR.Realtime.Tests.Script;

/// <summary>A folder that looks like the repository to the script, with sources of long ago.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class ScriptSandbox : IDisposable
{
    private const string Tools =
        "awk basename bash cat cp cut dirname env find flock grep head id ln mkdir mv nproc paste printf readlink rm sed sha256sum sort stat tail timeout touch uname";

    private static readonly DateTime LongAgo = DateTime.UtcNow.AddDays(-2);
    private static readonly DateTime Built = DateTime.UtcNow.AddDays(-1);
    private readonly string _folder = Directory.CreateTempSubdirectory("segr-script-").FullName;

    public ScriptSandbox()
    {
        foreach (var file in new[] { "segr", "build/test.sh", "build/npm/package-lock.json" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(file))!);
            File.Copy(Path.Combine(Golden.RepositoryRoot, file), At(file));
        }

        foreach (var file in new[]
            { "src/Engine/Some.cs", "compat/x", "shaders/some.frag", "data/x", "native/cpu/some.cpp", "Directory.Packages.props", "artifacts/data/x", "artifacts/native/x" })
        {
            Touch(file);
        }

        Directory.CreateDirectory(At("bin"));
        foreach (var tool in Tools.Split(' '))
        {
            var real = new[] { "/usr/bin/", "/bin/" }.Select(folder => folder + tool).FirstOrDefault(File.Exists);
            if (real is not null)
            {
                File.CreateSymbolicLink(At($"bin/{tool}"), real);
            }
        }
    }

    /// <summary>Puts a command on the PATH.</summary>
    public void AddCommand(string name, string script)
    {
        var path = At($"bin/{name}");
        File.WriteAllText(path, "#!/bin/bash\n" + script + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Pretends that everything was built a day after the sources: a program that prints its arguments and ends with 7.</summary>
    public void AddFreshProgram()
    {
        var program = At("artifacts/bin/Cli/release/segr");
        Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        File.WriteAllText(program, "#!/bin/bash\nprintf '[%s]' \"$@\"\nexit 7\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(At("artifacts/stamps"));
        foreach (var (name, key) in new[] { ("program", "mirror"), ("native", _folder) })
        {
            File.WriteAllText(At($"artifacts/stamps/{name}"), key + "\n");
            File.SetLastWriteTimeUtc(At($"artifacts/stamps/{name}"), Built);
        }

        foreach (var folder in new[] { "src", "compat", "shaders", "data", "build", "native", "artifacts/data", "artifacts/native" })
        {
            AgeTree(At(folder));
        }

        Age("Directory.Packages.props");
    }

    /// <summary>Creates a file, or writes it anew, now.</summary>
    public void Touch(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(file))!);
        File.WriteAllText(At(file), "changed");
    }

    /// <summary>Deletes a file.</summary>
    public void Delete(string file) => File.Delete(At(file));

    /// <summary>Gives a file or folder the time of the other sources.</summary>
    public void Age(string path)
    {
        if (Directory.Exists(At(path)))
        {
            Directory.SetLastWriteTimeUtc(At(path), LongAgo);
        }
        else
        {
            File.SetLastWriteTimeUtc(At(path), LongAgo);
        }
    }

    /// <summary>Runs ./segr.</summary>
    public (int ExitCode, string Output, string Error) Run(params string[] arguments) => Run(arguments, packages: null);

    /// <summary>Runs ./segr as an ordinary user, also where the tests run as root.</summary>
    public (int ExitCode, string Output, string Error) RunWithoutRoot(params string[] arguments)
    {
        if (Environment.UserName != "root")
        {
            return Run(arguments, packages: null);
        }

        const UnixFileMode everyone = (UnixFileMode)0b111_111_111;
        foreach (var path in Directory.EnumerateFileSystemEntries(_folder, "*", SearchOption.AllDirectories).Append(_folder))
        {
            if (File.ResolveLinkTarget(path, returnFinalTarget: false) is null)
            {
                File.SetUnixFileMode(path, everyone);
            }
        }

        return Run(arguments, packages: null, "/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/bin/bash");
    }

    /// <summary>Runs ./segr with OpenSegRPackages set, by a shell or what is given to start one.</summary>
    public (int ExitCode, string Output, string Error) Run(string[] arguments, string? packages, params string[] shell)
    {
        shell = shell.Length > 0 ? shell : ["/bin/bash"];
        var start = new ProcessStartInfo(shell[0]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        foreach (var part in shell[1..])
        {
            start.ArgumentList.Add(part);
        }

        start.ArgumentList.Add(At("segr"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["PATH"] = At("bin");
        start.Environment["OpenSegRPackages"] = packages;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string path) => Path.Combine(_folder, path);

    private static void AgeTree(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, LongAgo);
        }

        foreach (var inner in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories).Append(folder))
        {
            Directory.SetLastWriteTimeUtc(inner, LongAgo);
        }
    }
}
