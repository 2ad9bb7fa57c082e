using System.Diagnostics;
using System.Globalization;

namespace OpenSegR.Realtime.Bench;

/// <summary>What this process uses.</summary>
internal static class ProcessUsage
{
    public static double CpuMs
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.TotalProcessorTime.TotalMilliseconds;
        }
    }

    public static double MsSinceStart
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return (DateTime.Now - process.StartTime).TotalMilliseconds;
        }
    }

    /// <summary>Resident memory in MB, now and at its largest.</summary>
    public static (double NowMb, double PeakMb) Memory()
    {
        using var process = Process.GetCurrentProcess();
        return (process.WorkingSet64 / 1e6, OperatingSystem.IsLinux() ? StatusKb("VmHWM:") / 1e3 * 1.024 : process.PeakWorkingSet64 / 1e6);
    }

    private static double StatusKb(string key)
    {
        foreach (var line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith(key, StringComparison.Ordinal))
            {
                return double.Parse(line[key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }
}
