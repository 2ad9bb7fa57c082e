using System.Globalization;
using OpenSegR.Realtime.Models;

namespace OpenSegR.Realtime.Import;

/// <summary>What an import found and made.</summary>
public sealed record ImportReport
{
    /// <summary>The model folder, as a full path.</summary>
    public required string Folder { get; init; }

    /// <summary>Its manifest.</summary>
    public required ModelManifest Manifest { get; init; }

    /// <summary>How the checkpoint was stored.</summary>
    public required CheckpointFormat Format { get; init; }

    /// <summary>Numbers (weights) of the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>Tensors of the model.</summary>
    public required int Tensors { get; init; }

    /// <summary>Tensors of the checkpoint that inference does not need, and why.</summary>
    public required IReadOnlyList<SkippedTensor> Skipped { get; init; }

    /// <summary>What was assumed because the tensors do not tell it, one sentence each; empty where nothing was.</summary>
    public required IReadOnlyList<string> Assumptions { get; init; }

    /// <summary>The sizes as rows of a table: what, and how much.</summary>
    public IReadOnlyList<(string Name, string Value)> SizeTable => ModelTable.Rows(Manifest);

    /// <summary>The skipped tensors in one line per reason, e.g. "345 tensors: the frozen CLIP that training compares with".</summary>
    public IReadOnlyList<string> SkippedSummary =>
        [.. Skipped.GroupBy(tensor => tensor.Reason).Select(group => string.Create(
            CultureInfo.InvariantCulture, $"{group.Count()} tensor{(group.Count() == 1 ? "" : "s")} ({group.First().Name}{(group.Count() == 1 ? "" : ", ...")}): {group.Key}"))];
}
