using System.Text;

namespace OpenSegR.Realtime.Render.Gl;

/// <summary>
/// The folder of GLSL files. A file may hold lines <c>#include "NAME"</c>, one level deep; none holds a <c>#version</c>, which is added for
/// the device. With watching on, changed files are noticed while the program runs.
/// </summary>
internal sealed class ShaderFolder : IDisposable
{
    private const long MaxFileBytes = 1 << 20;
    private readonly FileSystemWatcher? _watcher;
    private int _changes;

    /// <summary>Opens a folder.</summary>
    /// <param name="path">The folder, or null for the one beside the program.</param>
    /// <param name="watch">True to notice changed files.</param>
    /// <exception cref="SegrException">There is no such folder.</exception>
    public ShaderFolder(string? path, bool watch)
    {
        Path = path ?? System.IO.Path.Combine(AppContext.BaseDirectory, "shaders");
        if (!Directory.Exists(Path))
        {
            throw new SegrException($"the shader folder {Path} is missing: it belongs beside the program");
        }

        if (watch)
        {
            try
            {
                _watcher = new FileSystemWatcher(Path, "*.glsl") { NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.FileName };
                _watcher.Changed += (_, _) => Interlocked.Increment(ref _changes);
                _watcher.Created += (_, _) => Interlocked.Increment(ref _changes);
                // Editors write a temporary file and rename it.
                _watcher.Renamed += (_, _) => Interlocked.Increment(ref _changes);
                _watcher.EnableRaisingEvents = true;
            }
            catch (IOException)
            {
                // The system has no watches left: shaders stay as they are, which is what most users want anyway.
                _watcher?.Dispose();
                _watcher = null;
            }
        }
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Grows whenever a file was changed.</summary>
    public int Changes => Volatile.Read(ref _changes);

    /// <summary>The source of a shader, complete for a device.</summary>
    /// <param name="file">Name of the file.</param>
    /// <param name="isEs">True for OpenGL ES.</param>
    /// <exception cref="SegrException">The file cannot be read.</exception>
    public string Load(string file, bool isEs)
    {
        var text = new StringBuilder();
        text.Append(isEs
            ? "#version 300 es\nprecision highp float;\nprecision highp int;\nprecision highp sampler2D;\nprecision highp usampler2D;\n"
            : "#version 330 core\n");
        // The driver then names lines as the file has them.
        text.Append("#line 1\n");
        var lines = Read(file).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.StartsWith("#include", StringComparison.Ordinal))
            {
                text.Append("#line 1\n").Append(Read(line["#include".Length..].Trim().Trim('"'))).Append("\n#line ").Append(i + 2).Append('\n');
            }
            else
            {
                text.Append(lines[i]).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _watcher?.Dispose();

    private string Read(string file)
    {
        var path = System.IO.Path.Combine(Path, System.IO.Path.GetFileName(file));
        try
        {
            return new FileInfo(path).Length <= MaxFileBytes
                ? File.ReadAllText(path)
                : throw new SegrException($"the shader {path} is larger than {MaxFileBytes} bytes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SegrException($"the shader {path} cannot be read: {e.Message}", e);
        }
    }
}
