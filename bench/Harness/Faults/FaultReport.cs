using System.Globalization;
using System.Text;

namespace OpenSegR.Realtime.Bench;

/// <summary>What became of every fault.</summary>
/// <param name="Trials">The trials, in order.</param>
public sealed record FaultReport(IReadOnlyList<FaultTrial> Trials)
{
    /// <summary>Trials in which the program did what it should not.</summary>
    public int Failed => Trials.Count(trial => trial.Failure is not null);

    /// <summary>For a terminal: a line for each trial, the last line counts.</summary>
    public string ToTable()
    {
        var text = new StringBuilder();
        foreach (var trial in Trials)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(trial.Failure is null ? "ok    " : "FAILED")} {trial.Seconds,6:F1} s  {trial.Fault}: {trial.Failure ?? trial.Outcome}\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"{Trials.Count - Failed} as it should be, {Failed} not\n").ToString();
    }
}
