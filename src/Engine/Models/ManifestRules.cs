namespace OpenSegR.Realtime.Models;

/// <summary>What a manifest must satisfy beyond its layout.</summary>
internal static class ManifestRules
{
    private const int MaxFiles = 64;
    private const int MaxNameLength = 128;

    /// <summary>Checks a manifest.</summary>
    /// <param name="manifest">What was read.</param>
    /// <param name="path">File name for messages.</param>
    /// <exception cref="ModelException">A value is out of range, contradicts another, or names a file outside the folder.</exception>
    public static void Check(ModelManifest manifest, string path)
    {
        if (manifest.Format != ModelManifest.CurrentFormat)
        {
            throw ManifestJson.WrongFormat(path, manifest.Format);
        }

        Require(path, manifest.Name.Length is > 0 and <= MaxNameLength && !manifest.Name.Any(char.IsControl), "name", $"must be 1 to {MaxNameLength} printable characters");
        var known = manifest.Architecture switch
        {
            ModelManifest.MaftPlusArchitecture => manifest.MaftPlus is not null && manifest.Sed is null,
            ModelManifest.SedArchitecture => manifest.Sed is not null && manifest.MaftPlus is null,
            _ => throw new ModelException(
                $"'{path}': architecture is '{manifest.Architecture}', known are {ModelManifest.MaftPlusArchitecture} and {ModelManifest.SedArchitecture}"),
        };
        Require(path, known, "architecture", "must come with the sizes of that architecture and no other");
        SizeRules.Check(manifest.MaftPlus, manifest.Sed, path);

        Require(path, manifest.PixelMean.Count == 3 && manifest.PixelMean.All(float.IsFinite), "pixelMean", "must be three numbers");
        Require(path, manifest.PixelStd.Count == 3 && manifest.PixelStd.All(value => float.IsFinite(value) && value > 0), "pixelStd", "must be three positive numbers");
        Require(path, manifest.SizeDivisor == 32, "sizeDivisor", "must be 32");
        Require(path, manifest.ShortSide is >= 32 and <= 8192, "shortSide", "must be 32 to 8192");
        Require(path, manifest.MaxSide >= manifest.ShortSide && manifest.MaxSide <= 16384, "maxSide", "must be at least shortSide and at most 16384");
        Require(path, manifest.ObjectMaskThreshold is >= 0 and <= 1, "objectMaskThreshold", "must be 0 to 1");
        Require(path, manifest.OverlapThreshold is >= 0 and <= 1, "overlapThreshold", "must be 0 to 1");
        Require(path, manifest.Templates is "vild" or "imagenet" or "none", "templates", "must be vild, imagenet or none");

        Require(path, manifest.Files.Count is > 0 and <= MaxFiles, "files", $"must have 1 to {MaxFiles} entries");
        foreach (var (name, file) in manifest.Files)
        {
            Require(path, IsPlainFileName(name), "files", $"names '{name}', which is not a plain file name inside the model folder");
            Require(path, IsHash(file.Sha256), "files", $"has no valid SHA-256 of '{name}'");
            Require(path, file.Bytes >= 0, "files", $"has no valid length of '{name}'");
        }

        Require(path, manifest.Files.ContainsKey(manifest.WeightsFile), "weightsFile", "must be one of files");
    }

    /// <summary>True for a name that stays inside its folder on every platform.</summary>
    public static bool IsPlainFileName(string name) =>
        name.Length is > 0 and <= MaxNameLength && name[0] != '.' && name[^1] is not ('.' or ' ') && name != ModelManifest.FileName
        && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' or '+' or ' ');

    private static bool IsHash(string text) => text.Length == 64 && text.All(letter => letter is (>= '0' and <= '9') or (>= 'a' and <= 'f'));

    private static void Require(string path, bool condition, string property, string rule)
    {
        if (!condition)
        {
            throw new ModelException($"'{path}': {property} {rule}; import the checkpoint again");
        }
    }
}
