using System.Globalization;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Bench;

/// <summary>What a long run showed.</summary>
/// <param name="Report">The pipeline's own report.</param>
/// <param name="EarlyMb">Resident memory in MB after a tenth of the frames.</param>
/// <param name="MiddleMb">After half of them.</param>
/// <param name="LateMb">After all of them.</param>
/// <param name="CpuMs">Processor milliseconds a frame.</param>
public sealed record SoakReport(PipelineReport Report, double EarlyMb, double MiddleMb, double LateMb, double CpuMs)
{
    private static readonly string[] Stages = ["preprocess", "postprocess", "motion", "sink"];

    /// <summary>Milliseconds of all stages but source and inference, medians added up.</summary>
    public double FramePathMs => Stages.Sum(stage => Report.Latency[stage].P50Ms);

    /// <summary>For a terminal.</summary>
    public string ToTable() => Report.ToTable() + string.Create(
        CultureInfo.InvariantCulture,
        $"everything but source and network: {FramePathMs:F2} ms a frame (medians added up), {CpuMs:F2} ms of processor\nresident memory: {EarlyMb:F0} MB after a tenth, {MiddleMb:F0} MB half way, {LateMb:F0} MB at the end\n");
}
