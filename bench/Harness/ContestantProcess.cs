using System.Diagnostics;
using System.Text.Json;

namespace OpenSegR.Realtime.Bench;

/// <summary>A worker or peer process, seen from the one that asks. It ends when this is disposed.</summary>
internal sealed class ContestantProcess : IDisposable
{
    private readonly Process _process;
    private readonly Queue<string> _complaints = [];

    /// <summary>Starts a process; the job, where there is one, is the first line that it reads.</summary>
    /// <exception cref="SegrException">It cannot be started, or says that it cannot do the job.</exception>
    public ContestantProcess(ProcessStartInfo start, WorkerJob? job)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        try
        {
            _process = Process.Start(start) ?? throw new SegrException($"{start.FileName} did not start");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new SegrException($"{start.FileName} cannot be started: {e.Message}", e);
        }

        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginErrorReadLine();
        try
        {
            if (job is not null)
            {
                _process.StandardInput.WriteLine(JsonSerializer.Serialize(job, BenchJson.Default.WorkerJob));
                _process.StandardInput.Flush();
            }

            Description = Read().Ready ?? throw new SegrException($"{start.FileName} did not say what it is");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What it says that it is.</summary>
    public string Description { get; }

    /// <summary>Makes a request and waits for the answer.</summary>
    /// <exception cref="SegrException">It failed; the message is its own.</exception>
    public WorkerReply Ask(WorkerCommand command)
    {
        try
        {
            _process.StandardInput.WriteLine(JsonSerializer.Serialize(command, BenchJson.Default.WorkerCommand));
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It has died; reading says of what.
        }

        return Read();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(TimeSpan.FromSeconds(10));
        }

        _process.Dispose();
    }

    private WorkerReply Read()
    {
        if (_process.StandardOutput.ReadLine() is not { } line)
        {
            _process.WaitForExit(TimeSpan.FromSeconds(5));
            lock (_complaints)
            {
                throw new SegrException($"the process ended: {(_complaints.Count > 0 ? _complaints.Last() : "it said nothing")}");
            }
        }

        WorkerReply? reply;
        try
        {
            reply = JsonSerializer.Deserialize(line, BenchJson.Default.WorkerReply);
        }
        catch (JsonException e)
        {
            throw new SegrException($"the process answered '{(line.Length > 80 ? line[..80] : line)}', which is no answer", e);
        }

        return reply is { Error: null } ? reply : throw new SegrException(reply?.Error ?? "the process gave no answer");
    }

    private void Note(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        lock (_complaints)
        {
            _complaints.Enqueue(line.Trim());
            if (_complaints.Count > 20)
            {
                _complaints.Dequeue();
            }
        }
    }
}
