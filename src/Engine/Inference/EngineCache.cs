using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace OpenSegR.Realtime.Inference;

/// <summary>
/// Where TensorRT's engines of one network lie: a folder named after a hash of all that they depend on, the network, its weights, the GPU, the
/// driver and ONNX Runtime. While a session is made the folder belongs to one process; a second one that wants the same engine waits for it to be built
/// rather than building it again. What cannot be loaded is thrown away and built once more.
/// </summary>
internal sealed class EngineCache : IDisposable
{
    private readonly FileStream? _lock;

    private EngineCache(string? folder, FileStream? held)
    {
        Folder = folder;
        _lock = held;
    }

    /// <summary>The folder, which exists; null where there is none, and engines are built each time.</summary>
    public string? Folder { get; }

    /// <summary>Opens the folder of a network, waiting while another process has it.</summary>
    /// <param name="root">Folder of all engines, or null for none.</param>
    /// <param name="model">Bytes of the ONNX file.</param>
    /// <param name="weights">Hash of the weights, which are not in that file: models of one architecture have the same graph.</param>
    /// <param name="machine">What else the engines depend on, as text; <see cref="DescribeMachine"/>.</param>
    /// <param name="limit">The longest wait.</param>
    /// <param name="waiting">Called once where it must wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="SegrException">The wait took longer than the limit.</exception>
    public static EngineCache Open(
        string? root, ReadOnlySpan<byte> model, string weights, string machine, TimeSpan limit, Action? waiting = null, CancellationToken cancellationToken = default)
    {
        if (root is null)
        {
            return new EngineCache(null, null);
        }

        var key = Convert.ToHexStringLower(SHA256.HashData([.. SHA256.HashData(model), .. Encoding.UTF8.GetBytes($"{weights}\n{machine}")]))[..24];
        var folder = Path.Combine(root, key);
        try
        {
            Directory.CreateDirectory(folder);
            return new EngineCache(folder, Lock(Path.Combine(folder, "lock"), limit, waiting, cancellationToken));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A cache that cannot be written is as good as none.
            return new EngineCache(null, null);
        }
    }

    /// <summary>The GPUs and their driver as Linux tells them, and ONNX Runtime's version.</summary>
    public static string DescribeMachine(string runtimeVersion)
    {
        var text = new StringBuilder(runtimeVersion).Append('\n');
        try
        {
            text.AppendLine(File.ReadLines("/proc/driver/nvidia/version").FirstOrDefault());
            foreach (var gpu in Directory.GetDirectories("/proc/driver/nvidia/gpus").Order(StringComparer.Ordinal))
            {
                text.AppendLine(File.ReadLines(Path.Combine(gpu, "information")).FirstOrDefault(line => line.StartsWith("Model", StringComparison.Ordinal)));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // No such files: TensorRT itself still refuses engines of another GPU or version.
        }

        return text.ToString();
    }

    /// <summary>
    /// Makes something of the engines in the folder. Where that fails and there were some, they may be torn or foreign: they are deleted,
    /// and it is tried once more.
    /// </summary>
    /// <param name="create">Makes it; given the folder, or null where there is none.</param>
    /// <param name="notice">Told, in one line, where the engines are thrown away.</param>
    public T Use<T>(Func<string?, T> create, Action<string> notice)
    {
        var hadEngines = HasEngines;
        try
        {
            return create(Folder);
        }
        catch (ModelException error) when (hadEngines)
        {
            notice($"the TensorRT engine in the cache cannot be used, building it anew: {error.Message}");
            Clear();
            return create(Folder);
        }
    }

    /// <summary>True where engines were kept here before.</summary>
    public bool HasEngines => Folder is not null && Engines().Any();

    /// <summary>Deletes all engines in the folder.</summary>
    public void Clear()
    {
        if (Folder is null)
        {
            return;
        }

        foreach (var path in Engines().ToArray())
        {
            File.Delete(path);
        }
    }

    /// <summary>Lets other processes in.</summary>
    public void Dispose() => _lock?.Dispose();

    private IEnumerable<string> Engines() => Directory.EnumerateFiles(Folder!).Where(path => Path.GetFileName(path) != "lock");

    private static FileStream Lock(string path, TimeSpan limit, Action? waiting, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        for (var first = true; ; first = false)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException error) when (error.GetType() == typeof(IOException))
            {
                // Held by another process. An engine takes minutes; the lock goes with its holder, however that ends.
                if (first)
                {
                    waiting?.Invoke();
                }

                if (clock.Elapsed > limit)
                {
                    throw new SegrException($"another process was not done with the same engine within {limit.TotalMinutes:0.#} minutes (--engine-timeout)");
                }

                cancellationToken.WaitHandle.WaitOne(200);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }
}
