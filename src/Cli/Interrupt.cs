using System.Runtime.InteropServices;

namespace OpenSegR.Realtime.Cli;

/// <summary>
/// Ctrl-C and termination signals as a cancellation token. The first asks the running command to end in order (files are finished); another
/// one, a second or more later, ends the process at once. Wrappers (timeout, npm, service managers) often pass on what the process group was
/// sent already: what comes within that second is the same wish.
/// </summary>
internal sealed class Interrupt : IDisposable
{
    private const long SameWishMs = 1000;
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private long _firstMs = -1;

    public Interrupt() =>
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal),
        ];

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        var now = Environment.TickCount64;
        var first = Interlocked.CompareExchange(ref _firstMs, now, -1);
        if (first >= 0 && now - first >= SameWishMs)
        {
            // The default action follows: the process ends.
            return;
        }

        context.Cancel = true;
        if (first < 0)
        {
            _source.Cancel();
        }
    }
}
