using System.Globalization;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>Gives every frame a file name of its own, without extension.</summary>
internal sealed class ImageNames
{
    private readonly HashSet<string> _used = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The name for a frame: the one it came with, or one made of its index. Never the same twice.</summary>
    public string For(Frame frame)
    {
        if (frame.Name is null)
        {
            // The index is unique already, and a live source runs for days: nothing to remember.
            return string.Create(CultureInfo.InvariantCulture, $"frame_{frame.Index:D6}");
        }

        var stem = Path.GetFileNameWithoutExtension(frame.Name);
        var name = stem;
        // "a.png" and "a.jpg" of one folder would get the same name.
        for (var n = 2; !_used.Add(name); n++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{stem}_{n}");
        }

        return name;
    }
}
