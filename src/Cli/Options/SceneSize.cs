namespace OpenSegR.Realtime.Cli.Options;

/// <summary>Reads the size of synthetic pictures: any that a scene takes, unlike the size of a network's input.</summary>
internal static class SceneSize
{
    /// <summary>Width and height in pixels.</summary>
    /// <exception cref="InputException">It is no size.</exception>
    public static (int Width, int Height) Parse(string text) => SizeText.TryParse(text, out var width, out var height)
        ? (width, height)
        : throw new InputException($"--size '{text}' is not a size: write width x height, for example --size 640x360");
}
