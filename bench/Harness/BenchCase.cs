namespace OpenSegR.Realtime.Bench;

/// <summary>One cell of the matrix: what is measured.</summary>
/// <param name="Model">Model folder, checkpoint or name, as on the command line.</param>
/// <param name="Provider">auto, tensorrt, cuda or cpu.</param>
/// <param name="Precision">fp32, bf16, fp16 or int8.</param>
/// <param name="Size">The network's input as "WxH", or null for the model's own rule.</param>
/// <param name="Mode">semantic, panoptic or instance.</param>
/// <param name="FramesAtOnce">Frames side by side in the network, or null for as many as <c>segr video</c> takes by itself.</param>
public sealed record BenchCase(string Model, string Provider, string Precision, string? Size, string Mode, int? FramesAtOnce = null)
{
    /// <summary>Its name in reports; comparisons match results by it.</summary>
    public string Name =>
        string.Join(' ', Path.GetFileName(Model.TrimEnd('/')), Provider, Precision, Size ?? "own-size", Mode) + (FramesAtOnce is { } n ? $" {n}-at-once" : "");

    /// <summary>Cases of one group see the same picture at the same size, so that they and their peers can be compared.</summary>
    public string Group => $"{Model} {Size}";
}
