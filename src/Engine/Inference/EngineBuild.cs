using System.Diagnostics;

namespace OpenSegR.Realtime.Inference;

/// <summary>Waits for something that takes minutes and cannot be interrupted, telling that it still does.</summary>
internal static class EngineBuild
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);

    /// <summary>Runs <paramref name="build"/> on a thread of its own and waits for it.</summary>
    /// <param name="build">Makes the result.</param>
    /// <param name="limit">The longest wait.</param>
    /// <param name="waiting">Told every ten seconds how long it has been.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="abandoned">Called with the result, if there comes one, where nobody waited for it any more; on another thread.</param>
    /// <param name="step">How often <paramref name="waiting"/> is told; ten seconds where null.</param>
    /// <exception cref="SegrException">It took longer than the limit, and goes on in vain.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled, and it goes on in vain.</exception>
    public static T Wait<T>(
        Func<T> build, TimeSpan limit, Action<TimeSpan> waiting, Action<T> abandoned, CancellationToken cancellationToken, TimeSpan? step = null)
    {
        var work = Task.Factory.StartNew(build, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var clock = Stopwatch.StartNew();
        try
        {
            // WaitAny, unlike Wait, does not throw what the work threw.
            while (Task.WaitAny([work], (int)(step ?? Step).TotalMilliseconds, cancellationToken) < 0)
            {
                if (clock.Elapsed > limit)
                {
                    throw new SegrException(
                        $"it was not done within {limit.TotalMinutes:0.#} minutes (--engine-timeout); it cannot be interrupted and goes on in the background while the program runs");
                }

                waiting(clock.Elapsed);
            }
        }
        catch
        {
            work.ContinueWith(
                done => abandoned(done.Result), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }

        return work.GetAwaiter().GetResult();
    }
}
