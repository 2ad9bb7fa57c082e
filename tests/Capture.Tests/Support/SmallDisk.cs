using System.Diagnostics;

namespace OpenSegR.Realtime.Tests.Capture;

/// <summary>A file system of a few megabytes in memory, to be filled up. Mounting needs root; without it the test is skipped.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TempFolder _folder = new();

    private SmallDisk()
    {
    }

    public string this[string name] => _folder[name];

    public static SmallDisk MountOrSkip(int megabytes)
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            Assert.Skip("filling a disk needs root, to mount a small one");
        }

        var disk = new SmallDisk();
        if (Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", disk._folder.Path) != 0)
        {
            disk._folder.Dispose();
            Assert.Skip("filling a disk needs the right to mount a small one");
        }

        return disk;
    }

    public void Dispose()
    {
        // Lazily: a process that another test starts at this moment may have inherited an open file.
        Run("umount", "--lazy", _folder.Path);
        _folder.Dispose();
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
