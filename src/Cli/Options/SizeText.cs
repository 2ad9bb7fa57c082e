namespace OpenSegR.Realtime.Cli.Options;

/// <summary>A size in pixels as a person writes it: "640x384", width first.</summary>
internal static class SizeText
{
    /// <summary>Reads the two sides, whatever they are.</summary>
    public static bool TryParse(string text, out int width, out int height)
    {
        var sides = text.Split('x', 'X');
        (width, height) = (0, 0);
        return sides.Length == 2 && int.TryParse(sides[0], out width) && int.TryParse(sides[1], out height);
    }
}
