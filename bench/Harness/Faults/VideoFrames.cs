using System.Diagnostics;
using System.Globalization;

namespace OpenSegR.Realtime.Bench;

/// <summary>Counts the frames of a video with ffprobe, an independent judge.</summary>
internal static class VideoFrames
{
    /// <summary>Number of frames that can be decoded; 0 where there is no file or it does not play.</summary>
    /// <exception cref="SegrException">There is no ffprobe.</exception>
    public static int Count(string path)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(
                "ffprobe",
                ["-v", "quiet", "-count_frames", "-select_streams", "v:0", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", "file:" + path])
            {
                RedirectStandardOutput = true,
            })!;
            var count = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return int.TryParse(count.Trim(), CultureInfo.InvariantCulture, out var frames) ? frames : 0;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new SegrException("ffprobe is not installed: install the package ffmpeg", e);
        }
    }

    /// <summary>As <see cref="Count"/>, for a file that an encoder still finishes.</summary>
    /// <exception cref="SegrException">It does not play in time.</exception>
    public static int WaitFor(string path)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (Count(path) is > 0 and var frames)
            {
                return frames;
            }

            if (Stopwatch.GetElapsedTime(started) > FaultProcess.Patience)
            {
                throw new SegrException($"{Path.GetFileName(path)} does not play");
            }

            Thread.Sleep(100);
        }
    }
}
