using System.Text.Json;

namespace OpenSegR.Realtime.Capture.Datasets;

/// <summary>Reads the JSON files of datasets, which are somebody's: bounded, every failure one line that names the file.</summary>
internal static class DatasetJson
{
    private const long LargestFile = 1L << 30;

    /// <summary>Opens a file and reads it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it should be, with its article: "an annotation file".</param>
    /// <param name="read">Reads the content; what it throws because of the content becomes one line.</param>
    /// <exception cref="InputException">The file is missing, unreadable, too large or not what it should be.</exception>
    public static void Read(string path, string what, Action<JsonElement> read)
    {
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > LargestFile)
            {
                throw new InputException($"'{path}' is larger than {LargestFile >> 20} MB, too large for {what}");
            }

            using var document = JsonDocument.Parse(stream);
            read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException or ArgumentException)
        {
            throw new InputException($"'{path}' is not {what}: {e.Message.ReplaceLineEndings(" ")}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"'{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A file name out of such a file: it must stay inside the dataset's folder.</summary>
    /// <exception cref="FormatException">It leads elsewhere.</exception>
    public static string FileName(string? name) =>
        string.IsNullOrEmpty(name) || Path.IsPathRooted(name) || name.Split('/', '\\').Contains("..")
            ? throw new FormatException($"the file name '{name}' leads outside the dataset")
            : name;
}
