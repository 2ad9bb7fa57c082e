namespace OpenSegR.Realtime.Bench;

/// <summary>What to measure.</summary>
public sealed record BenchPlan
{
    /// <summary>The matrix.</summary>
    public required IReadOnlyList<BenchCase> Cases { get; init; }

    /// <summary>What the cases have in common.</summary>
    public required BenchSetup Setup { get; init; }

    /// <summary>Whether the PyTorch reference is measured beside.</summary>
    public bool PyTorch { get; init; } = true;

    /// <summary>Whether the naive ONNX export is measured beside; it is made by the PyTorch reference.</summary>
    public bool NaiveOnnx { get; init; } = true;

    /// <summary>The Python that has numpy and torch; null to look for one.</summary>
    public string? Python { get; init; }

    /// <summary>The program and first arguments that start a worker.</summary>
    public required IReadOnlyList<string> WorkerCommand { get; init; }

    /// <summary>All combinations, in the order models, sizes, modes, providers, precisions, frames at once.</summary>
    public static IReadOnlyList<BenchCase> Matrix(
        IReadOnlyList<string> models, IReadOnlyList<string> providers, IReadOnlyList<string> precisions, IReadOnlyList<string?> sizes,
        IReadOnlyList<string> modes, IReadOnlyList<int?> framesAtOnce) =>
        [.. from model in models from size in sizes from mode in modes from provider in providers from precision in precisions
            from atOnce in framesAtOnce
            select new BenchCase(model, provider, precision, size, mode, atOnce)];
}
