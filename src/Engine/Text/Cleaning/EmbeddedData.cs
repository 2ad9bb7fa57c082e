using System.Reflection;

namespace OpenSegR.Realtime.Text.Cleaning;

/// <summary>Tables of public standards that are compiled into the assembly as text.</summary>
internal static class EmbeddedData
{
    /// <summary>The lines of a table in Text/Cleaning/Data, without comments ('#').</summary>
    public static IEnumerable<string> ReadLines(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("OpenSegR.Realtime.Text.Cleaning.Data." + name)
            ?? throw new InvalidOperationException($"the assembly lacks its table {name}");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                yield return line;
            }
        }
    }
}
