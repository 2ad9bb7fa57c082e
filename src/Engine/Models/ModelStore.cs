using System.Globalization;
using OpenSegR.Realtime.Import;

namespace OpenSegR.Realtime.Models;

/// <summary>
/// Finds the model that a user means: a model folder, a checkpoint (imported once into the user's cache, whoever asks first), or the name
/// of a folder below one of the roots. Safe to use from several processes at once.
/// </summary>
public sealed class ModelStore
{
    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(1);

    private readonly IReadOnlyList<string> _roots;
    private readonly string _cache;

    /// <summary>Creates a store.</summary>
    /// <param name="roots">Folders whose sub-folders are models, first match wins; null for <see cref="DefaultRoots"/>.</param>
    /// <param name="cache">Folder for imported checkpoints, made when needed; null for the user's cache.</param>
    public ModelStore(IEnumerable<string>? roots = null, string? cache = null)
    {
        _roots = [.. roots ?? DefaultRoots()];
        _cache = cache ?? Path.Combine(AppPaths.CacheFolder, "models");
    }

    /// <summary>The folder of models that come with the program, and the folder "models" of the current folder, as far as they exist.</summary>
    public static IReadOnlyList<string> DefaultRoots()
    {
        List<string> roots = [];
        try
        {
            roots.Add(Path.GetFullPath(AppPaths.ModelsFolder));
        }
        catch (SegrException)
        {
            // Without the shipped models, folders and checkpoints can still be named.
        }

        var own = Path.GetFullPath("models");
        if (Directory.Exists(own) && !roots.Contains(own))
        {
            roots.Add(own);
        }

        return roots;
    }

    /// <summary>Opens the model that an argument means.</summary>
    /// <param name="argument">A model folder, a checkpoint file, or a name.</param>
    /// <param name="options">For a checkpoint: what its tensors do not tell; null for the defaults.</param>
    /// <param name="progress">For a checkpoint that has to be imported first: receives the progress, or null.</param>
    /// <param name="cancellation">Stops the import or the checking of hashes.</param>
    /// <exception cref="ModelException">There is no such model, or it cannot be used.</exception>
    /// <exception cref="InputException">The cache cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The import was cancelled.</exception>
    public ModelFolder Open(
        string argument, ImportOptions? options = null, IProgress<ImportProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (string.IsNullOrWhiteSpace(argument) || argument.Contains('\0', StringComparison.Ordinal))
        {
            throw new ModelException("the model's name is empty; name a model folder, a checkpoint, or one of: " + Names());
        }

        if (IsName(argument) && !File.Exists(argument) && !ModelFolder.Is(argument))
        {
            return _roots.Select(root => Path.Combine(root, argument)).FirstOrDefault(ModelFolder.Is) is { } found
                ? ModelFolder.Open(found, cancellation)
                : Directory.Exists(argument)
                    ? ModelFolder.Open(argument, cancellation)
                    : throw new ModelException($"there is no model '{argument}': name a model folder, a checkpoint, or one of: {Names()}");
        }

        if (Directory.Exists(argument))
        {
            return ModelFolder.Open(argument, cancellation);
        }

        if (Path.GetFileName(argument) == ModelManifest.FileName && File.Exists(argument))
        {
            return ModelFolder.Open(Path.GetDirectoryName(Path.GetFullPath(argument))!, cancellation);
        }

        return OpenCheckpoint(argument, options ?? new ImportOptions(), progress, cancellation);
    }

    /// <summary>Lists the models below the roots and the imported checkpoints, usable or not, by name.</summary>
    public IReadOnlyList<ModelListing> List()
    {
        var found = new Dictionary<string, ModelListing>(StringComparer.Ordinal);
        foreach (var root in _roots.Append(_cache))
        {
            foreach (var folder in SubFolders(root).Where(ModelFolder.Is).Order(StringComparer.Ordinal))
            {
                // A model of the cache is named by its path; a bare name means a root.
                var name = root == _cache ? folder : Path.GetFileName(folder);
                if (found.ContainsKey(name) || folder.EndsWith(".tmp", StringComparison.Ordinal))
                {
                    continue;
                }

                try
                {
                    found.Add(name, new ModelListing(name, folder, ModelFolder.ReadManifest(folder), null));
                }
                catch (ModelException error)
                {
                    found.Add(name, new ModelListing(name, folder, null, error.Message));
                }
            }
        }

        return [.. found.Values];
    }

    private ModelFolder OpenCheckpoint(string path, ImportOptions options, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        // Looks at the file first, so that a wrong one is reported as such before anything is hashed.
        long length;
        using (var checkpoint = Checkpoint.Open(path))
        {
            length = checkpoint.Length;
        }

        var panoptic = options.Panoptic ?? ModelImporter.GuessPanoptic(path);
        var hash = FileHashes.Get(
            path, progress is null ? null : new ImportStepProgress(progress, ImportStep.Hashing, length), cancellation);
        // The key holds all that changes the result, so that a cached model never answers for another one.
        var key = string.Create(
            CultureInfo.InvariantCulture,
            $"{hash[..24]}-{ModelManifest.CurrentFormat}{(panoptic ? "-panoptic" : "")}{(options.TextHeads is { } heads ? $"-heads{heads}" : "")}");
        var folder = Path.Combine(_cache, key);
        if (TryOpen(folder, cancellation) is { } ready)
        {
            return ready;
        }

        using (Lock(folder, cancellation))
        {
            if (TryOpen(folder, cancellation) is { } made)
            {
                return made;
            }

            RemoveAbandoned();
            ModelImporter.Import(path, folder, options with { Overwrite = true }, progress, cancellation);
            return ModelFolder.Open(folder, cancellation);
        }
    }

    /// <summary>Opens a cached model; null where there is none or it is damaged, which importing again repairs.</summary>
    private static ModelFolder? TryOpen(string folder, CancellationToken cancellation)
    {
        try
        {
            return ModelFolder.Is(folder) ? ModelFolder.Open(folder, cancellation) : null;
        }
        catch (ModelException)
        {
            return null;
        }
    }

    /// <summary>Lets one process at a time import a checkpoint. The lock ends with the process, however that ends.</summary>
    private static FileStream Lock(string folder, CancellationToken cancellation)
    {
        var path = folder + ".lock";
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                cancellation.WaitHandle.WaitOne(LockPoll);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new InputException(
                    $"the cache folder '{Path.GetDirectoryName(path)}' cannot be written ({FileErrors.Reason(error)}); set SEGR_CACHE, or import with: segr import CHECKPOINT --out DIR", error);
            }
        }
    }

    /// <summary>Deletes what imports that were killed left behind.</summary>
    private void RemoveAbandoned()
    {
        foreach (var folder in SubFolders(_cache).Where(folder => folder.EndsWith(".tmp", StringComparison.Ordinal)))
        {
            try
            {
                if (DateTime.UtcNow - Directory.GetLastWriteTimeUtc(folder) > AbandonedAfter)
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Another process may be deleting it too; it is only litter.
            }
        }
    }

    private static IReadOnlyList<string> SubFolders(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool IsName(string argument) => argument.IndexOfAny(['/', '\\']) < 0 && argument is not ("." or "..");

    private string Names()
    {
        var names = _roots.SelectMany(SubFolders).Where(ModelFolder.Is).Select(folder => Path.GetFileName(folder)).Distinct().Order(StringComparer.Ordinal);
        return string.Join(", ", names) is { Length: > 0 } text ? text : "(none is installed)";
    }
}
