namespace OpenSegR.Realtime.Render;

/// <summary>A colour in sRGB, 8 bits a channel.</summary>
public readonly record struct Rgb(byte R, byte G, byte B)
{
    /// <summary>Creates a colour from 0xRRGGBB.</summary>
    public static Rgb FromHex(int value) => new((byte)(value >> 16), (byte)(value >> 8), (byte)value);

    /// <summary>
    /// Creates a colour from OKLCH (Ottosson, "A perceptual color space for image processing", 2020): lightness 0 to 1, chroma 0 to about
    /// 0.3, hue in degrees. Channels outside sRGB are clipped.
    /// </summary>
    public static Rgb FromOklch(float lightness, float chroma, float hue)
    {
        var (sin, cos) = MathF.SinCos(hue * MathF.PI / 180);
        var (a, b) = (chroma * cos, chroma * sin);
        var l = Cube(lightness + (0.3963377774f * a) + (0.2158037573f * b));
        var m = Cube(lightness - (0.1055613458f * a) - (0.0638541728f * b));
        var s = Cube(lightness - (0.0894841775f * a) - (1.2914855480f * b));
        return new Rgb(
            Encode((4.0767416621f * l) - (3.3077115913f * m) + (0.2309699292f * s)),
            Encode((-1.2684380046f * l) + (2.6097574011f * m) - (0.3413193965f * s)),
            Encode((-0.0041960863f * l) - (0.7034186147f * m) + (1.7076147010f * s)));
    }

    /// <summary>The colour in OKLCH, as <see cref="FromOklch"/> takes it.</summary>
    public (float Lightness, float Chroma, float Hue) ToOklch()
    {
        var (r, g, b) = (Decode(R), Decode(G), Decode(B));
        var l = MathF.Cbrt((0.4122214708f * r) + (0.5363325363f * g) + (0.0514459929f * b));
        var m = MathF.Cbrt((0.2119034982f * r) + (0.6806995451f * g) + (0.1073969566f * b));
        var s = MathF.Cbrt((0.0883024619f * r) + (0.2817188376f * g) + (0.6299787005f * b));
        var lightness = (0.2104542553f * l) + (0.7936177850f * m) - (0.0040720468f * s);
        var x = (1.9779984951f * l) - (2.4285922050f * m) + (0.4505937099f * s);
        var y = (0.0259040371f * l) + (0.7827717662f * m) - (0.8086757660f * s);
        return (lightness, MathF.Sqrt((x * x) + (y * y)), MathF.Atan2(y, x) * 180 / MathF.PI);
    }

    /// <summary>How different two colours look: their distance in OKLab, where black and white are 1 apart.</summary>
    public static float Distance(Rgb a, Rgb b)
    {
        var (la, ca, ha) = a.ToOklch();
        var (lb, cb, hb) = b.ToOklch();
        var (sinA, cosA) = MathF.SinCos(ha * MathF.PI / 180);
        var (sinB, cosB) = MathF.SinCos(hb * MathF.PI / 180);
        var (dl, da, db) = (la - lb, (ca * cosA) - (cb * cosB), (ca * sinA) - (cb * sinB));
        return MathF.Sqrt((dl * dl) + (da * da) + (db * db));
    }

    /// <summary>A colour between two, 0 for the first and 1 for the second.</summary>
    public static Rgb Mix(Rgb a, Rgb b, float share) => new(Mix(a.R, b.R, share), Mix(a.G, b.G, share), Mix(a.B, b.B, share));

    private static byte Mix(byte a, byte b, float share) => (byte)(a + ((b - a) * share) + 0.5f);

    private static float Cube(float x) => x * x * x;

    private static byte Encode(float linear)
    {
        var c = linear <= 0.0031308f ? 12.92f * linear : (1.055f * MathF.Pow(linear, 1 / 2.4f)) - 0.055f;
        return (byte)Math.Clamp((c * 255) + 0.5f, 0, 255);
    }

    private static float Decode(byte value)
    {
        var c = value / 255f;
        return c <= 0.04045f ? c / 12.92f : MathF.Pow((c + 0.055f) / 1.055f, 2.4f);
    }
}
