using System.Diagnostics;

namespace OpenSegR.Realtime.Cli;

/// <summary>
/// Progress of long work: a bar that is redrawn in place on a terminal, a plain line every few seconds elsewhere. Safe to report to from
/// any thread, at any rate.
/// </summary>
internal sealed class ProgressReport(string what, long? total, string unit) : IDisposable
{
    private const int BarWidth = 28;
    private readonly Lock _gate = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly TimeSpan _interval = Terminal.IsInteractive ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(5);
    private long _lastShown = Stopwatch.GetTimestamp();
    private bool _drawn;
    private long _done;

    /// <summary>Number of units done so far, and an optional remark behind the numbers.</summary>
    public void Report(long done, string remark = "")
    {
        lock (_gate)
        {
            _done = done;
            if (Stopwatch.GetElapsedTime(_lastShown) < _interval)
            {
                return;
            }

            _lastShown = Stopwatch.GetTimestamp();
            Show(remark);
        }
    }

    public void Dispose()
    {
        if (_drawn && Terminal.IsInteractive)
        {
            System.Console.Error.Write("\r\u001b[K");
        }
    }

    private void Show(string remark)
    {
        var rate = _done / Math.Max(1e-6, Stopwatch.GetElapsedTime(_started).TotalSeconds);
        var count = total is > 0 ? $"{_done}/{total} {unit}" : $"{_done} {unit}";
        var left = total is > 0 && rate > 0 && total > _done ? $", {Duration((total.Value - _done) / rate)} left" : "";
        var text = $"{count}, {rate:0.0}/s{left}{(remark.Length == 0 ? "" : ", " + remark)}";
        if (!Terminal.IsInteractive)
        {
            System.Console.Error.WriteLine($"{what}: {text}");
            return;
        }

        _drawn = true;
        var share = total is > 0 ? Math.Clamp(_done / (double)total, 0, 1) : 0;
        var bar = total is > 0
            ? "[" + new string('#', (int)(share * BarWidth)) + new string('.', BarWidth - (int)(share * BarWidth)) + $"] {share * 100:0}% "
            : "";
        System.Console.Error.Write($"\r\u001b[K{what} {bar}{text}");
    }

    private static string Duration(double seconds) =>
        seconds < 90 ? $"{seconds:0} s" : seconds < 5400 ? $"{seconds / 60:0} min" : $"{seconds / 3600:0.0} h";
}
