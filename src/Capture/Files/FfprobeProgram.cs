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
        double? last = null;
        foreach (var fields in Lines("-show_entries", "packet=pts_time", path))
        {
            if (Seconds(fields, 1) is { } seconds && !(seconds <= last))
            {
                last = seconds;
            }
        }

        return last;
    }

    /// <summary>Seconds from the beginning of a file, where its first sound may be, to its first picture.</summary>
    /// <returns>0 where there is no ffprobe, or it finds none.</returns>
    public static double SecondsBeforePictures(string path)
    {
        double? file = null, pictures = null;
        foreach (var fields in Lines("-select_streams", "v:0", "-show_entries", "stream=start_time:format=start_time", path))
        {
            // Streams stand once more within the programs of a transport stream.
            (file, pictures) = fields[0] switch
            {
                "format" => (Seconds(fields, 1), pictures),
                "stream" => (file, Seconds(fields, 1)),
                _ => (file, pictures),
            };
        }

        return Math.Max(0, pictures - file ?? 0);
    }

    private static double? Seconds(string[] fields, int index) =>
        index < fields.Length && double.TryParse(fields[index], CultureInfo.InvariantCulture, out var seconds) && double.IsFinite(seconds) ? seconds : null;

    // What the program says, line by line, the name of the section first in each.
    private static IEnumerable<string[]> Lines(params string[] arguments)
    {
        if (FfmpegProgram.Find("ffprobe") is not { } program)
        {
            yield break;
        }

        using var process = Process.Start(new ProcessStartInfo(program, ["-v", "quiet", "-of", "csv", .. arguments[..^1], "file:" + arguments[^1]])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        });
        while (process?.StandardOutput.ReadLine() is { } line)
        {
            yield return line.Split(',');
        }

        process?.WaitForExit();
    }
}
