using OpenSegR.Realtime.Models;

namespace OpenSegR.Realtime.Cli;

/// <summary>The words that a model is shown with where the user names none.</summary>
internal static class DefaultWords
{
    private const string FileName = "vocabulary.txt";

    /// <summary>The vocabulary file of a model under models/, or null where it has none: other models have no words of their own.</summary>
    public static string? Of(ModelManifest manifest)
    {
        var path = Path.Combine(AppPaths.ModelsFolder, manifest.Name, FileName);
        return File.Exists(path) ? path : null;
    }
}
