using System.Text.Json;
using OpenSegR.Realtime.Import;

namespace OpenSegR.Realtime.Text.Reasoning;

/// <summary>
/// Keeps good replies in a folder, one file a question, so that a question is asked once. Files are written under a temporary name and
/// renamed; a file that is torn or not ours is a miss.
/// </summary>
/// <param name="folder">The folder; it is created when something is written.</param>
/// <param name="warn">Told once when it cannot be written; may be null.</param>
public sealed class ReplyCache(string folder, Action<string>? warn = null)
{
    private const int MaxFileBytes = 4 << 20;

    private int _warned;

    /// <summary>The reply to a question, or null.</summary>
    internal string? Find(string key)
    {
        try
        {
            using var document = JsonDocument.Parse(UserFile.ReadBytes(PathOf(key), "the cached reply", MaxFileBytes));
            var entry = document.RootElement;
            return entry.GetProperty("key").GetString() == key ? entry.GetProperty("reply").GetString() : null;
        }
        catch (Exception e) when (e is InputException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Stores a reply; failure is reported once and otherwise has no effect.</summary>
    internal void Store(string key, string reply)
    {
        try
        {
            Directory.CreateDirectory(folder);
            using var file = new TemporaryFile(PathOf(key));
            file.Write(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["key"] = key, ["reply"] = reply }));
            file.Commit(durable: false);
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            if (Interlocked.Exchange(ref _warned, 1) == 0)
            {
                warn?.Invoke(
                    $"replies cannot be kept in '{folder}', questions are asked anew each time: {e.Message.ReplaceLineEndings(" ")}");
            }
        }
    }

    private string PathOf(string key) => Path.Combine(folder, key + ".json");
}
