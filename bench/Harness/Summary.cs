namespace OpenSegR.Realtime.Bench;

/// <summary>Turns a contestant's samples into its result.</summary>
internal static class Summary
{
    private static readonly string[] PeerKinds = [Contestant.PyTorch, Contestant.NaiveOnnx];

    public static BenchResult Of(
        Contestant contestant, string group, IReadOnlyList<Contestant> all, IReadOnlyDictionary<Contestant, ushort[]> labels)
    {
        var samples = contestant.Samples;
        var isOurs = contestant.Kind == Contestant.Ours;
        return new BenchResult
        {
            Name = contestant.Name,
            Kind = contestant.Kind,
            Description = contestant.Process.Description,
            Group = group,
            NetworkMs = Spread.Of(contestant.NetworkMedians()),
            WholeMs = Spread.Of(samples.Where(s => s.WholeMs.Count > 0).Select(s => Spread.Of(s.WholeMs)!.Median)),
            Fps = isOurs ? Spread.Of(samples.Select(s => s.Fps)) : null,
            FramesAtOnce = isOurs ? samples[^1].FramesAtOnce : null,
            MaskFps = isOurs ? Spread.Of(samples.Select(s => s.MaskFps)) : null,
            Stages = Stages(samples),
            FirstFrameMs = samples.Select(s => s.FirstFrameMs).FirstOrDefault(ms => ms is not null),
            CpuMs = Spread.Of(samples.Select(s => s.CpuMs)),
            RssMb = samples[^1].RssMb,
            PeakRssMb = samples.Max(s => s.PeakRssMb),
            AllocatedBytes = Spread.Of(samples.Where(s => s.AllocatedBytes is not null).Select(s => s.AllocatedBytes!.Value)),
            Gen2Collections = samples.Sum(s => s.Gen2Collections),
            Dropped = samples.Sum(s => s.Dropped),
            Agreement = AgreementOf(contestant, all, labels),
            TimesAsFastAs = isOurs ? Ratios(contestant, all) : new Dictionary<string, double>(),
            Samples = [.. samples],
        };
    }

    private static Dictionary<string, StagePercentiles> Stages(List<WorkerReply> samples) =>
        samples[0].Latency.Keys.ToDictionary(stage => stage, stage =>
        {
            var all = samples.Where(s => s.Latency.ContainsKey(stage)).Select(s => s.Latency[stage]).ToArray();
            double Median(Func<Pipeline.LatencySummary, double> value) => Spread.Of(all.Select(value))!.Median;
            return new StagePercentiles(Median(l => l.P50Ms), Median(l => l.P95Ms), Median(l => l.P99Ms));
        });

    private static Dictionary<string, double> Ratios(Contestant ours, IReadOnlyList<Contestant> all) =>
        PeerKinds.Select(kind => (kind, peer: all.FirstOrDefault(c => c.Kind == kind && c.Samples.Count > 0)))
            .Where(pair => pair.peer is not null && ours.NetworkMs > 0)
            .ToDictionary(pair => pair.kind, pair => pair.peer!.NetworkMs / ours.NetworkMs);

    private static double? AgreementOf(Contestant contestant, IReadOnlyList<Contestant> all, IReadOnlyDictionary<Contestant, ushort[]> labels)
    {
        var reference = all.FirstOrDefault(c => c.Kind == Contestant.PyTorch && labels.ContainsKey(c))
            ?? all.FirstOrDefault(c => c.Kind == Contestant.Ours && c.Name.Contains(" fp32 ", StringComparison.Ordinal) && labels.ContainsKey(c));
        return reference is null || reference == contestant || !labels.TryGetValue(contestant, out var own) ? null : Agreement.Of(own, labels[reference]);
    }
}
