using System.Diagnostics;

namespace OpenSegR.Realtime.Bench;

/// <summary>A file system of a few megabytes in memory, to be filled up.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string folder) => Folder = folder;

    /// <summary>Where it is mounted.</summary>
    public string Folder { get; }

    /// <summary>Mounts one, or returns null where this user may not.</summary>
    public static SmallDisk? TryMount(string folder, int megabytes)
    {
        Directory.CreateDirectory(folder);
        return Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder) ? new SmallDisk(folder) : null;
    }

    // Lazily: an encoder that has just been killed may still hold a file.
    public void Dispose() => Run("umount", "--lazy", Folder);

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
