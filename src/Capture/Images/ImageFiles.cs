using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace OpenSegR.Realtime.Capture;

/// <summary>Finds the images that a user's words mean.</summary>
internal static partial class ImageFiles
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm"];

    /// <summary>Whether a name ends like that of an image.</summary>
    public static bool IsImage(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether words are a pattern of file names: *, ? or a number like %04d.</summary>
    public static bool IsPattern(string words) => words.AsSpan().ContainsAny('*', '?') || NumberField().IsMatch(words);

    /// <summary>The images of a folder, a pattern or a single file, in natural order.</summary>
    /// <exception cref="InputException">There are none.</exception>
    public static IReadOnlyList<string> Find(string words)
    {
        if (File.Exists(words))
        {
            return [words];
        }

        try
        {
            return Directory.Exists(words)
                ? Sorted(words, Directory.EnumerateFiles(words).Where(IsImage), $"looked for {string.Join(" ", Extensions)}")
                : FindByPattern(words);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot read '{words}': {e.Message}", e);
        }
    }

    private static List<string> FindByPattern(string words)
    {
        var folder = Path.GetDirectoryName(words) is { Length: > 0 } given ? given : ".";
        if (IsPattern(folder))
        {
            throw new InputException($"'{words}': only the last part of a path may be a pattern, for example frames/img_*.png");
        }

        if (!Directory.Exists(folder))
        {
            throw new InputException($"'{words}': there is no folder '{folder}'");
        }

        var name = Path.GetFileName(words);
        var files = Directory.EnumerateFiles(folder);
        if (NumberField().IsMatch(name))
        {
            var expression = new Regex("^" + NumberField().Replace(Regex.Escape(name), ExpressionOf) + "$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
            files = files.Where(f => expression.IsMatch(Path.GetFileName(f)));
        }
        else
        {
            files = files.Where(f => FileSystemName.MatchesSimpleExpression(name, Path.GetFileName(f), ignoreCase: false));
        }

        return Sorted(words, files, "the pattern matches nothing");
    }

    private static List<string> Sorted(string words, IEnumerable<string> files, string hint)
    {
        List<string> sorted = [.. files.Order(NaturalComparer.Instance)];
        return sorted.Count > 0 ? sorted : throw new InputException($"'{words}' has no images ({hint})");
    }

    private static string ExpressionOf(Match field) => field.Groups["width"] is { Length: > 0 } width ? $"[0-9]{{{width.Value},}}" : "[0-9]+";

    // %d, %4d, %04d. At most two digits of width: more are no file name.
    [GeneratedRegex("%0?(?<width>[0-9]{0,2})d", RegexOptions.CultureInvariant)]
    private static partial Regex NumberField();
}
