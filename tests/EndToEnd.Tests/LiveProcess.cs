using System.Diagnostics;
using System.Text;

namespace OpenSegR.Realtime.Tests.EndToEnd;

/// <summary>A running <c>segr live</c>: what it says, what is said to it, and waiting for something to happen.</summary>
internal sealed class LiveProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly Process _process;
    private readonly StringBuilder _said = new();

    public LiveProcess(string? display, params string[] arguments)
    {
        _process = Segr.StartTalking(Segr.Program, null, display, ["live", .. arguments]);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    /// <summary>Everything on standard output and standard error.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    public void Type(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    public void WaitFor(string said) => WaitUntil(() => Said.Contains(said, StringComparison.Ordinal), $"it did not say '{said}'");

    public void WaitUntil(Func<bool> isSo, string otherwise)
    {
        var clock = Stopwatch.StartNew();
        while (!isSo())
        {
            // What was written last may still be on its way.
            Assert.False(_process.HasExited && _process.WaitForExit(Patience) && !isSo(), $"{otherwise}, it ended: {Said}");
            Assert.True(clock.Elapsed < Patience, $"{otherwise}: {Said}");
            Thread.Sleep(20);
        }
    }

    /// <summary>Sends signals, one right after the other.</summary>
    public void Signal(params string[] names)
    {
        using var shell = Process.Start("sh", ["-c", string.Join("; ", names.Select(name => $"kill -{name} {_process.Id}"))]);
        shell.WaitForExit();
    }

    /// <summary>Waits for the end; returns the exit code.</summary>
    public int End()
    {
        Assert.True(_process.WaitForExit(Patience), $"it did not end: {Said}");
        _process.WaitForExit();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private void Hear(string? line)
    {
        lock (_said)
        {
            _said.AppendLine(line);
        }
    }
}
