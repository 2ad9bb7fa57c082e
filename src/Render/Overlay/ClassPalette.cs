namespace OpenSegR.Realtime.Render;

/// <summary>
/// Gives every class name a colour and keeps it: a name that was seen once has the same colour in every later vocabulary of the same
/// palette. Names that people expect to see in a colour get one near it (<see cref="ExpectedColors"/>: sky is light blue, a red ball red);
/// other names start from a hash of the name, so that they mostly agree between runs too. Thread-safe.
/// </summary>
/// <remarks>
/// The first colours are chosen by hand: neighbours differ in lightness as well as in hue, for people who do not tell all hues apart.
/// When they are used up, colours follow the golden angle in OKLCH on changing lightness and chroma.
/// </remarks>
public sealed class ClassPalette
{
    // Hue order is mixed on purpose, so that vocabularies of a few classes get colours far apart.
    private static readonly Rgb[] HandPicked =
    [
        Rgb.FromHex(0xE8384F), Rgb.FromHex(0x4186E0), Rgb.FromHex(0xFDAE33), Rgb.FromHex(0x37A862), Rgb.FromHex(0xAA62E3),
        Rgb.FromHex(0x20C9C9), Rgb.FromHex(0xF58AB0), Rgb.FromHex(0xA4CF30), Rgb.FromHex(0x8D5B3A), Rgb.FromHex(0x7ECBFF),
        Rgb.FromHex(0xC71585), Rgb.FromHex(0xF4E04D), Rgb.FromHex(0x2F4B9B), Rgb.FromHex(0xFF7F50), Rgb.FromHex(0x6B8E23),
        Rgb.FromHex(0xD9B3FF), Rgb.FromHex(0x00807A), Rgb.FromHex(0xFFCBA4), Rgb.FromHex(0x8B1E3F), Rgb.FromHex(0xAAF5C8),
        Rgb.FromHex(0x708090), Rgb.FromHex(0x00D66B), Rgb.FromHex(0x5E35B1), Rgb.FromHex(0xD2B48C),
    ];

    // In OKLab, where black and white are 1 apart.
    private const float FarEnough = 0.2f;
    private const float NearEnough = 0.22f;
    private const float GoldenAngle = 137.50776f;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Rgb> _colors = new(StringComparer.Ordinal);
    private readonly bool[] _taken = new bool[HandPicked.Length];
    private int _takenCount;
    private int _generated;

    /// <summary>The palette that compositors share where none is given.</summary>
    public static ClassPalette Shared { get; } = new();

    /// <summary>The colour of a class.</summary>
    /// <param name="className">The shown name, <see cref="Text.VocabularyClass.Name"/>.</param>
    public Rgb ColorOf(string className)
    {
        ArgumentNullException.ThrowIfNull(className);
        lock (_lock)
        {
            if (!_colors.TryGetValue(className, out var color))
            {
                color = Next(className);
                _colors.Add(className, color);
            }

            return color;
        }
    }

    /// <summary>The colour of one instance of a class: near the class's own, differing in lightness and a little in hue.</summary>
    /// <param name="classColor">Colour of the class.</param>
    /// <param name="instance">Number of the instance: a track or segment id. 0 is the class colour itself.</param>
    public static Rgb InstanceColor(Rgb classColor, int instance)
    {
        if (instance == 0)
        {
            return classColor;
        }

        // Two irrational steps: neighbouring numbers land far apart, and no two of the first hundreds coincide.
        var u = Fraction(instance * 0.6180340f) - 0.5f;
        var v = Fraction(instance * 0.7548777f) - 0.5f;
        var (lightness, chroma, hue) = classColor.ToOklch();
        return Rgb.FromOklch(Math.Clamp(lightness + (u * 0.28f), 0.35f, 0.93f), chroma, hue + (v * 40));
    }

    private static float Fraction(float x) => x - MathF.Floor(x);

    private Rgb Next(string name)
    {
        if (_takenCount < HandPicked.Length)
        {
            var slot = ExpectedColors.Of(name) is { } expected && NearestFreeSlot(expected) is { } near
                ? near
                : FreeSlot((int)(Hash(name) % (uint)HandPicked.Length));
            _taken[slot] = true;
            _takenCount++;
            return HandPicked[slot];
        }

        var n = _generated++;
        var lightness = 0.56f + (0.30f * Fraction(n * 0.7548777f));
        var chroma = 0.09f + (0.09f * Fraction(n * 0.5698403f));
        return Rgb.FromOklch(lightness, chroma, Fraction(n * GoldenAngle / 360) * 360);
    }

    /// <summary>The first free colour from a start on that is far from all that are taken, or just the first free one.</summary>
    private int FreeSlot(int start)
    {
        var free = -1;
        for (var i = 0; i < HandPicked.Length; i++)
        {
            // 7 and the number of colours have no common factor: the search visits every slot, and not the neighbours first.
            var slot = (start + (7 * i)) % HandPicked.Length;
            if (_taken[slot])
            {
                continue;
            }

            free = free < 0 ? slot : free;
            if (DistanceToTaken(slot) >= FarEnough)
            {
                return slot;
            }
        }

        return free;
    }

    private int? NearestFreeSlot(Rgb color)
    {
        int? nearest = null;
        var least = NearEnough;
        for (var slot = 0; slot < HandPicked.Length; slot++)
        {
            var distance = Rgb.Distance(HandPicked[slot], color);
            if (!_taken[slot] && distance < least)
            {
                (nearest, least) = (slot, distance);
            }
        }

        return nearest;
    }

    private float DistanceToTaken(int slot)
    {
        var nearest = float.MaxValue;
        for (var other = 0; other < HandPicked.Length; other++)
        {
            if (_taken[other])
            {
                nearest = Math.Min(nearest, Rgb.Distance(HandPicked[slot], HandPicked[other]));
            }
        }

        return nearest;
    }

    /// <summary>FNV-1a: unlike <see cref="string.GetHashCode()"/>, the same in every process.</summary>
    private static uint Hash(string text)
    {
        var hash = 2166136261u;
        foreach (var c in text)
        {
            hash = (hash ^ c) * 16777619u;
        }

        return hash;
    }
}
