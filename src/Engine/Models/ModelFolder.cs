using OpenSegR.Realtime.Import;

namespace OpenSegR.Realtime.Models;

/// <summary>
/// An open model folder: its manifest and its weights, checked against each other. See <see cref="ModelManifest"/> for the layout.
/// Dispose it to close the weights file.
/// </summary>
public sealed class ModelFolder : IDisposable
{
    private const int MaxManifestBytes = 1 << 20;

    private ModelFolder(string path, ModelManifest manifest, SafetensorsFile weights)
    {
        Path = path;
        Manifest = manifest;
        Weights = weights;
    }

    /// <summary>The folder, as a full path.</summary>
    public string Path { get; }

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Its tensors, under the names of the checkpoint.</summary>
    public SafetensorsFile Weights { get; }

    /// <summary>Full path of the weights file.</summary>
    public string WeightsPath => System.IO.Path.Combine(Path, Manifest.WeightsFile);

    /// <summary>SHA-256 of the weights file: the identity of the model, whatever its folder is called.</summary>
    public string WeightsHash => Manifest.Files[Manifest.WeightsFile].Sha256;

    /// <summary>True where the folder has a manifest, valid or not.</summary>
    public static bool Is(string path) => File.Exists(System.IO.Path.Combine(path, ModelManifest.FileName));

    /// <summary>Reads and checks only the manifest of a model folder, for lists of models.</summary>
    /// <exception cref="ModelException">The manifest is missing, damaged, or describes no usable model.</exception>
    public static ModelManifest ReadManifest(string path)
    {
        var file = System.IO.Path.Combine(path, ModelManifest.FileName);
        using var handle = UntrustedFile.OpenRead(file);
        var length = RandomAccess.GetLength(handle);
        if (length > MaxManifestBytes)
        {
            throw new ModelException($"'{file}' has {length} bytes, a manifest has at most {MaxManifestBytes}; import the checkpoint again");
        }

        var json = new byte[length];
        var read = UntrustedFile.Read(handle, file, json, 0);
        var manifest = ManifestJson.Deserialize(json.AsSpan(0, read), file);
        ManifestRules.Check(manifest, file);
        return manifest;
    }

    /// <summary>Opens a model folder and checks everything: manifest, lengths and hashes of all files, names and shapes of all tensors.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="cancellation">Stops the hashing, which takes a second or two for a large model the first time; later the result is known.</param>
    /// <exception cref="ModelException">The folder is no model, is incomplete, or was changed since it was written.</exception>
    public static ModelFolder Open(string path, CancellationToken cancellation = default)
    {
        if (!Directory.Exists(path))
        {
            throw new ModelException($"'{path}' is not a folder; name a model folder, or import a checkpoint with: segr import CHECKPOINT --out DIR");
        }

        var full = System.IO.Path.GetFullPath(path);
        if (!Is(full))
        {
            throw new ModelException($"'{path}' is not a model folder: it has no {ModelManifest.FileName}; make one with: segr import CHECKPOINT --out DIR");
        }

        var manifest = ReadManifest(full);
        foreach (var (name, expected) in manifest.Files)
        {
            CheckFile(System.IO.Path.Combine(full, name), expected, cancellation);
        }

        var weights = SafetensorsFile.Open(System.IO.Path.Combine(full, manifest.WeightsFile));
        try
        {
            CheckWeights(manifest, weights);
            return new ModelFolder(full, manifest, weights);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Weights.Dispose();

    private static void CheckFile(string file, ModelFile expected, CancellationToken cancellation)
    {
        using (var handle = UntrustedFile.OpenRead(file))
        {
            var length = RandomAccess.GetLength(handle);
            if (length != expected.Bytes)
            {
                throw new ModelException($"'{file}' has {length} bytes, its manifest says {expected.Bytes}: it is cut short or from another model; import the checkpoint again");
            }
        }

        var actual = FileHashes.Get(file, null, cancellation);
        if (actual != expected.Sha256)
        {
            throw new ModelException($"'{file}' has SHA-256 {actual[..12]}..., its manifest says {expected.Sha256[..12]}...: it was changed or damaged; import the checkpoint again");
        }
    }

    private static void CheckWeights(ModelManifest manifest, SafetensorsFile weights)
    {
        var layout = manifest.MaftPlus is { } maftPlus ? MaftPlusLayout.Create(maftPlus) : SedLayout.Create(manifest.Sed!);
        var tensors = weights.Tensors.ToDictionary(pair => pair.Key, TensorSpec (pair) => pair.Value, StringComparer.Ordinal);
        Architecture.Compare(weights.Path, manifest.Architecture, layout, tensors, skipped: null);
        if (weights.InFileOrder.FirstOrDefault(tensor => tensor.Offset % tensor.Type.ByteSize() != 0) is { } misaligned)
        {
            throw new ModelException($"'{weights.Path}': tensor '{misaligned.Name}' does not lie at a multiple of its element size; import the checkpoint again");
        }
    }
}
