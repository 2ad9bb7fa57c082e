namespace OpenSegR.Realtime.Bench;

/// <summary>One that takes part, with what it measured so far.</summary>
internal sealed class Contestant(string kind, string name, ContestantProcess process)
{
    public const string Ours = "segr";
    public const string PyTorch = "pytorch";
    public const string NaiveOnnx = "onnx";

    public string Kind => kind;

    public string Name => name;

    public ContestantProcess Process => process;

    public List<WorkerReply> Samples { get; } = [];

    public string? Failure { get; set; }

    /// <summary>Median of the repetitions' median times of the network; NaN without any.</summary>
    public double NetworkMs => Spread.Of(NetworkMedians())?.Median ?? double.NaN;

    /// <summary>The median time of the network of each repetition.</summary>
    public IEnumerable<double> NetworkMedians() => Samples.Where(s => s.NetworkMs.Count > 0).Select(s => Spread.Of(s.NetworkMs)!.Median);
}
