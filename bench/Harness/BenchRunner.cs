using System.Diagnostics;

namespace OpenSegR.Realtime.Bench;

/// <summary>
/// Runs a plan: each contestant in a process of its own, one at a time, in turns. Everything that may drift (the machine's speed, its
/// temperature, other guests of the same host) then meets all of them alike, and ratios hold where times do not.
/// </summary>
public sealed class BenchRunner
{
    private readonly BenchPlan _plan;
    private readonly Action<string> _status;
    private readonly CancellationToken _cancellation;
    private readonly List<string> _missing = [];

    /// <summary>Prepares a run.</summary>
    /// <param name="plan">What to measure.</param>
    /// <param name="status">Told what is done at the moment, a line each.</param>
    /// <param name="cancellationToken">Ends the run between two measurements.</param>
    public BenchRunner(BenchPlan plan, Action<string> status, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(status);
        _plan = plan;
        _status = status;
        _cancellation = cancellationToken;
    }

    /// <summary>Measures everything.</summary>
    /// <exception cref="InputException">Nothing of the plan could be measured.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public BenchReport Run()
    {
        var results = _plan.Cases.GroupBy(c => c.Group).SelectMany(group => RunGroup(group.Key, [.. group])).ToList();
        return results.Any(result => result.Kind == Contestant.Ours)
            ? new BenchReport { Created = DateTimeOffset.Now, Machine = MachineInfo.Current(), Setup = _plan.Setup, Results = results, Missing = _missing }
            : throw new InputException(_missing.FirstOrDefault() ?? "nothing to measure");
    }

    private List<BenchResult> RunGroup(string group, IReadOnlyList<BenchCase> cases)
    {
        var scratch = Directory.CreateTempSubdirectory("segr-bench-");
        List<Contestant> contestants = [];
        try
        {
            foreach (var wanted in cases)
            {
                Add(contestants, Contestant.Ours, wanted.Name, () => Worker(new WorkerJob { Case = wanted, Setup = _plan.Setup }));
            }

            if (contestants.Count > 0)
            {
                AddPeers(contestants, cases[0], scratch.FullName);
            }

            for (var round = 1; round <= _plan.Setup.Repetitions; round++)
            {
                foreach (var contestant in contestants.Where(c => c.Failure is null))
                {
                    _cancellation.ThrowIfCancellationRequested();
                    _status($"round {round} of {_plan.Setup.Repetitions}: {contestant.Name}");
                    Try(contestant, () => contestant.Samples.Add(
                        contestant.Process.Ask(new WorkerCommand { Do = "run", Frames = _plan.Setup.Frames, Seconds = _plan.Setup.Seconds })));
                }
            }

            var labels = ReadLabels(contestants, scratch.FullName);
            return [.. contestants.Where(c => c.Samples.Count > 0).Select(c => Summary.Of(c, group, contestants, labels))];
        }
        finally
        {
            contestants.ForEach(contestant => contestant.Process.Dispose());
            scratch.Delete(recursive: true);
        }
    }

    private void AddPeers(List<Contestant> contestants, BenchCase wanted, string scratch)
    {
        if (!_plan.PyTorch && !_plan.NaiveOnnx)
        {
            return;
        }

        var name = $"{Path.GetFileName(wanted.Model.TrimEnd('/'))} {wanted.Size ?? "own-size"}";
        if (_plan.Setup.Live)
        {
            _missing.Add("peers: not measured, they take no live frames");
            return;
        }

        var (python, script) = (Peers.FindPython(_plan.Python), Peers.Script);
        if (python is null || script is null)
        {
            _missing.Add(script is null
                ? "PyTorch reference and naive ONNX export: not measured, bench/peers/reference.py is not part of an installed copy"
                : "PyTorch reference and naive ONNX export: not measured, there is no Python with numpy and torch (Debian: apt-get install python3-torch; or name one with --python)");
            return;
        }

        var inputs = Path.Combine(scratch, "inputs.safetensors");
        if (!Try(contestants[0], () => contestants[0].Process.Ask(new WorkerCommand { Do = "inputs", Path = inputs })))
        {
            return;
        }

        Add(contestants, Contestant.PyTorch, $"PyTorch reference, {name}", () => Peers.StartPyTorch(python, script, wanted.Model, inputs, _plan.Setup.Threads));
        if (contestants.Find(c => c.Kind == Contestant.PyTorch) is not { } reference)
        {
            return;
        }

        if (_plan.NaiveOnnx)
        {
            var exported = Path.Combine(scratch, "naive.onnx");
            _status($"exporting with torch.onnx.export: {name}");
            try
            {
                reference.Process.Ask(new WorkerCommand { Do = "export", Path = exported });
                Add(contestants, Contestant.NaiveOnnx, $"naive ONNX export, {name}", () => Worker(new WorkerJob { OnnxFile = exported, Inputs = inputs, Setup = _plan.Setup }));
            }
            catch (SegrException e)
            {
                _missing.Add($"naive ONNX export, {name}: not measured, {e.Message}");
            }
        }

        if (!_plan.PyTorch)
        {
            reference.Process.Dispose();
            contestants.Remove(reference);
        }
    }

    private void Add(List<Contestant> contestants, string kind, string name, Func<ContestantProcess> start)
    {
        _cancellation.ThrowIfCancellationRequested();
        _status($"starting {name}");
        try
        {
            contestants.Add(new Contestant(kind, name, start()));
        }
        catch (SegrException e)
        {
            _missing.Add($"{name}: not measured, {e.Message}");
        }
    }

    private bool Try(Contestant contestant, Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (SegrException e)
        {
            contestant.Failure = e.Message;
            _missing.Add($"{contestant.Name}: stopped, {e.Message}");
            return false;
        }
    }

    private Dictionary<Contestant, ushort[]> ReadLabels(List<Contestant> contestants, string scratch)
    {
        Dictionary<Contestant, ushort[]> labels = [];
        foreach (var contestant in contestants.Where(c => c.Failure is null && c.Samples.Count > 0 && !_plan.Setup.Live))
        {
            var path = Path.Combine(scratch, $"outputs-{labels.Count}.safetensors");
            if (Try(contestant, () => contestant.Process.Ask(new WorkerCommand { Do = "save", Path = path })))
            {
                labels[contestant] = Agreement.Labels(path);
            }
        }

        return labels;
    }

    private ContestantProcess Worker(WorkerJob job)
    {
        var start = new ProcessStartInfo(_plan.WorkerCommand[0]);
        foreach (var argument in _plan.WorkerCommand.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        return new ContestantProcess(start, job);
    }
}
