using System.Runtime.InteropServices;
using OpenSegR.Realtime.Models;

namespace OpenSegR.Realtime.Import;

/// <summary>Makes a model folder from a checkpoint. Tensors are streamed: memory does not grow with the size of the checkpoint.</summary>
public static class ModelImporter
{
    private const string WeightsName = "weights.safetensors";

    // CLIP's mean and deviation of colours on the 0 to 255 scale, as all published configurations of both models state them.
    private static readonly float[] ClipMean = [122.7709383f, 116.7460125f, 104.09373615f];
    private static readonly float[] ClipStd = [68.5005327f, 66.6321579f, 70.32316305f];

    /// <summary>Reads a checkpoint, checks that it is complete and sound, and writes the model folder.</summary>
    /// <param name="checkpointPath">A PyTorch checkpoint or a safetensors file.</param>
    /// <param name="folder">
    /// The folder to make. It is written beside under a temporary name and renamed when complete, so that a failure, a full disk or a
    /// cancellation leaves nothing behind.
    /// </param>
    /// <param name="options">What the tensors do not tell, or null for the defaults.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="cancellation">Stops the import.</param>
    /// <returns>What was found and made.</returns>
    /// <exception cref="ModelException">The checkpoint is missing, damaged, hostile, of an unknown architecture or incomplete.</exception>
    /// <exception cref="InputException">The folder exists already or cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The import was cancelled.</exception>
    public static ImportReport Import(
        string checkpointPath, string folder, ImportOptions? options = null, IProgress<ImportProgress>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new ImportOptions();
        using var target = new TemporaryFolder(folder, options.Overwrite);
        using var checkpoint = Checkpoint.Open(checkpointPath);
        List<string> assumptions = [];
        var panoptic = options.Panoptic ?? GuessPanoptic(checkpointPath);
        var model = Architecture.Recognise(checkpointPath, checkpoint.Tensors, options.TextHeads, panoptic);
        if (model.Sed is { } sed)
        {
            sed = sed with { ClassPooling = options.ClassPooling ?? sed.ClassPooling, InputSide = options.InputSide ?? sed.InputSide };
            model = model with { Sed = sed };
            SizeRules.Check(null, sed, checkpointPath);
            if (options.InputSide is null)
            {
                assumptions.Add($"an input of {sed.InputSide}x{sed.InputSide}, the reference's");
            }

            if (options.ClassPooling is null)
            {
                assumptions.Add($"class pooling {sed.ClassPooling}, as the reference evaluates");
            }
        }

        if (model.MaftPlus is not null && options.Panoptic is null)
        {
            assumptions.Add($"{(panoptic ? "panoptic" : "semantic")} variant of the content-dependent transfer, because the checkpoint's name {(panoptic ? "contains" : "does not contain")} \"pano\"");
        }

        if (options.TextHeads is null)
        {
            assumptions.Add($"{model.MaftPlus?.TextHeads ?? model.Sed!.TextHeads} text heads, by CLIP's rule of width / 64");
        }

        var source = FileHashes.Get(
            checkpointPath, progress is null ? null : new ImportStepProgress(progress, ImportStep.Hashing, checkpoint.Length), cancellation);
        var manifest = Write(target, checkpoint, model, options, Provenance(checkpointPath, source, assumptions), progress, cancellation);
        return new ImportReport
        {
            Folder = target.FinalPath,
            Manifest = manifest,
            Format = checkpoint.Format,
            Parameters = model.Tensors.Sum(tensor => tensor.Count),
            Tensors = model.Tensors.Count,
            Skipped = model.Skipped,
            Assumptions = assumptions,
        };
    }

    /// <summary>Whether the name of a checkpoint or of its folder says that it is a panoptic one.</summary>
    internal static bool GuessPanoptic(string checkpointPath)
    {
        var full = Path.GetFullPath(checkpointPath);
        return Says(Path.GetFileName(full)) || Says(Path.GetFileName(Path.GetDirectoryName(full)));

        static bool Says(string? name) => name is not null && name.Contains("pano", StringComparison.OrdinalIgnoreCase);
    }

    private static ModelManifest Write(
        TemporaryFolder target, Checkpoint checkpoint, RecognisedModel model, ImportOptions options, string provenance,
        IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            target.Create();
            var weights = WriteWeights(checkpoint, model, Path.Combine(target.Path, WeightsName), progress, cancellation);
            var manifest = new ModelManifest
            {
                Format = ModelManifest.CurrentFormat,
                Name = CleanName(options.Name ?? Path.GetFileNameWithoutExtension(checkpoint.Path)),
                Architecture = model.MaftPlus is not null ? ModelManifest.MaftPlusArchitecture : ModelManifest.SedArchitecture,
                MaftPlus = model.MaftPlus,
                Sed = model.Sed,
                PixelMean = ClipMean,
                PixelStd = ClipStd,
                Templates = model.MaftPlus is not null ? "vild" : "imagenet",
                WeightsFile = WeightsName,
                Files = new Dictionary<string, ModelFile> { [WeightsName] = weights },
                Provenance = provenance,
                Licence = options.Licence ?? "unknown",
            };
            ManifestRules.Check(manifest, checkpoint.Path);
            target.WriteFile(ModelManifest.FileName, ManifestJson.Serialize(manifest));
            cancellation.ThrowIfCancellationRequested();
            target.Commit();
            FileHashes.Remember(Path.Combine(target.FinalPath, WeightsName), weights.Sha256);
            return manifest;
        }
        catch (InputException error) when (error is not ModelException && error.InnerException is { } cause)
        {
            // Names the folder that was asked for, not the temporary file that could not be written.
            throw new InputException($"cannot write the model folder '{target.FinalPath}': {FileErrors.Reason(cause)}; nothing was left behind, name another folder or make room", error);
        }
    }

    private static string Provenance(string checkpointPath, string hash, List<string> assumptions) =>
        $"imported from {Path.GetFileName(checkpointPath)}, SHA-256 {hash}" + (assumptions.Count > 0 ? $"; assumed: {string.Join("; ", assumptions)}" : "");

    private static ModelFile WriteWeights(
        Checkpoint checkpoint, RecognisedModel model, string path, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        // Double precision is of no use to inference and unknown to its kernels; every other type is kept as it is.
        var stored = model.Tensors.Select(tensor => tensor.Type == TensorType.F64 ? tensor with { Type = TensorType.F32 } : tensor);
        using var writer = SafetensorsWriter.Create(path, stored, new Dictionary<string, string> { ["format"] = "pt" });
        var total = writer.Tensors.Sum(tensor => tensor.ByteLength);
        long done = 0;
        float[] narrowed = [];
        foreach (var tensor in writer.Tensors)
        {
            var type = checkpoint.Tensors[tensor.Name].Type;
            long elements = 0;
            checkpoint.CopyTo(
                tensor.Name,
                piece =>
                {
                    var bad = TensorConversion.IndexOfNonFinite(type, piece);
                    if (bad >= 0)
                    {
                        throw new ModelException($"'{checkpoint.Path}': tensor '{tensor.Name}' has a value that is not a finite number (element {elements + bad}); the training that wrote it failed, use another checkpoint");
                    }

                    elements += piece.Length / type.ByteSize();
                    if (type != tensor.Type)
                    {
                        var count = piece.Length / type.ByteSize();
                        Array.Resize(ref narrowed, Math.Max(narrowed.Length, count));
                        TensorConversion.ToFloats(type, piece, narrowed.AsSpan(0, count));
                        piece = MemoryMarshal.AsBytes(narrowed.AsSpan(0, count));
                    }

                    writer.Write(piece);
                    done += piece.Length;
                    progress?.Report(new ImportProgress(ImportStep.Copying, done, total));
                },
                cancellation);
        }

        var hash = writer.Commit(durable: true);
        return new ModelFile(hash, new FileInfo(path).Length);
    }

    private static string CleanName(string name)
    {
        var clean = new string([.. name.Where(letter => !char.IsControl(letter)).Take(100)]).Trim();
        return clean.Length > 0 ? clean : "model";
    }
}
