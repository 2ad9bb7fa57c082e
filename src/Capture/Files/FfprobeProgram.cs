using System.Diagnostics;
using System.Globalization;

namespace OpenSegR.Realtime.Capture;

/// <summary>The ffprobe program of this machine, if it has one.</summary>
internal static class FfprobeProgram
{
    /// <summary>
    /// Time at which the last picture or sound of a file begins, in seconds, counted as its container counts. Reads all of the file, but
    /// decodes nothing.
    /// </summary>
    /// <returns>Null where there is no ffprobe, or it finds none.</returns>
    public static double? LastSeconds(string path)
    {
        if (FfmpegProgram.Find("ffprobe") is not { } program)
        {
            return null;
        }

        using var process = Process.Start(new ProcessStartInfo(
            program, ["-v", "quiet", "-show_entries", "packet=pts_time", "-of", "csv=p=0", "file:" + path])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        });
        double? last = null;
        while (process?.StandardOutput.ReadLine() is { } line)
        {
            // Side data follows behind a comma.
            var end = line.AsSpan().IndexOf(',');
            if (double.TryParse(end < 0 ? line : line.AsSpan(0, end), CultureInfo.InvariantCulture, out var seconds) && !(seconds <= last))
            {
                last = seconds;
            }
        }

        process?.WaitForExit();
        return last;
    }
}
