using System.Globalization;
using System.Text;

namespace OpenSegR.Realtime.Text.Cleaning;

/// <summary>
/// Unicode normalization form C (UAX #15). The programs run with invariant globalization, where string.Normalize leaves text as it is.
/// </summary>
internal static class CanonicalComposition
{
    // Everything below is in form C already.
    private const char FirstAffected = '\u0300';

    // Hangul syllables are composed by arithmetic (The Unicode Standard, section 3.12).
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailBase = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TrailCount = 28;

    private static readonly Lazy<Tables> Data = new(Tables.Load);

    /// <summary>Returns the text in form C.</summary>
    public static string Compose(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange(FirstAffected, '\uFFFF'))
        {
            return text;
        }

        var tables = Data.Value;
        var points = new List<int>(text.Length + 8);
        for (var i = 0; i < text.Length;)
        {
            // An unpaired surrogate is kept as it is: it has no decomposition.
            var status = Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var length);
            Decompose(status == System.Buffers.OperationStatus.Done ? rune.Value : text[i], tables, points);
            i += length;
        }

        Reorder(points, tables);
        Compose(points, tables);
        var result = new StringBuilder(points.Count);
        foreach (var point in points)
        {
            _ = point is >= 0xD800 and <= 0xDFFF ? result.Append((char)point) : result.Append(char.ConvertFromUtf32(point));
        }

        return result.ToString();
    }

    private static void Decompose(int point, Tables tables, List<int> points)
    {
        var syllable = point - SyllableBase;
        if (syllable is >= 0 and < LeadCount * VowelCount * TrailCount)
        {
            points.Add(LeadBase + (syllable / (VowelCount * TrailCount)));
            points.Add(VowelBase + (syllable % (VowelCount * TrailCount) / TrailCount));
            if (syllable % TrailCount != 0)
            {
                points.Add(TrailBase + (syllable % TrailCount));
            }
        }
        else if (tables.Decompositions.TryGetValue(point, out var parts))
        {
            Decompose(parts.First, tables, points);
            if (parts.Second >= 0)
            {
                Decompose(parts.Second, tables, points);
            }
        }
        else
        {
            points.Add(point);
        }
    }

    /// <summary>Sorts every run of combining marks by class, keeping the order of equals.</summary>
    private static void Reorder(List<int> points, Tables tables)
    {
        for (var i = 1; i < points.Count; i++)
        {
            var mark = points[i];
            var rank = tables.ClassOf(mark);
            var place = i;
            while (rank > 0 && place > 0 && tables.ClassOf(points[place - 1]) > rank)
            {
                points[place] = points[place - 1];
                place--;
            }

            points[place] = mark;
        }
    }

    private static void Compose(List<int> points, Tables tables)
    {
        var starter = -1;
        var previousClass = 0;
        var kept = 0;
        for (var i = 0; i < points.Count; i++)
        {
            var point = points[i];
            var rank = tables.ClassOf(point);

            // A mark is blocked from its starter by a mark of the same or a higher class between them.
            var adjacent = starter == kept - 1;
            if (starter >= 0 && (adjacent || (previousClass < rank && previousClass != 0))
                && Pair(points[starter], point, tables) is { } composed)
            {
                points[starter] = composed;
                continue;
            }

            points[kept] = point;
            if (rank == 0)
            {
                starter = kept;
            }

            previousClass = rank;
            kept++;
        }

        points.RemoveRange(kept, points.Count - kept);
    }

    private static int? Pair(int first, int second, Tables tables)
    {
        if (first is >= LeadBase and < LeadBase + LeadCount && second is >= VowelBase and < VowelBase + VowelCount)
        {
            return SyllableBase + ((((first - LeadBase) * VowelCount) + second - VowelBase) * TrailCount);
        }

        var syllable = first - SyllableBase;
        if (syllable is >= 0 and < LeadCount * VowelCount * TrailCount && syllable % TrailCount == 0
            && second is > TrailBase and < TrailBase + TrailCount)
        {
            return first + second - TrailBase;
        }

        return tables.Compositions.TryGetValue((first, second), out var composed) ? composed : null;
    }

    private sealed class Tables
    {
        private readonly Dictionary<int, byte> _classes = [];

        /// <summary>One step of decomposition; Second is -1 where a character stands for one other.</summary>
        public Dictionary<int, (int First, int Second)> Decompositions { get; } = [];

        public Dictionary<(int First, int Second), int> Compositions { get; } = [];

        public static Tables Load()
        {
            var tables = new Tables();
            foreach (var line in EmbeddedData.ReadLines("unicode-composition.txt"))
            {
                var equals = line.IndexOf('=', StringComparison.Ordinal);
                if (equals < 0)
                {
                    var parts = line.Split(' ');
                    var range = parts[0].Split('-');
                    for (var point = Hex(range[0]); point <= Hex(range[^1]); point++)
                    {
                        tables._classes[point] = byte.Parse(parts[1]);
                    }
                }
                else
                {
                    var excluded = line.EndsWith('!');
                    var parts = line[(equals + 1)..].TrimEnd('!').Split(' ');
                    var point = Hex(line.AsSpan(0, equals));
                    var pair = (First: Hex(parts[0]), Second: parts.Length > 1 ? Hex(parts[1]) : -1);
                    tables.Decompositions[point] = pair;
                    if (!excluded)
                    {
                        tables.Compositions[pair] = point;
                    }
                }
            }

            return tables;
        }

        public int ClassOf(int point) => point < FirstAffected ? 0 : _classes.GetValueOrDefault(point);

        private static int Hex(ReadOnlySpan<char> digits) => int.Parse(digits, NumberStyles.HexNumber);
    }
}
