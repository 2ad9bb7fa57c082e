namespace OpenSegR.Realtime.Cli.Options;

/// <summary>A network input size as a person writes it: "640x384", width first.</summary>
internal readonly record struct InputSize(int Width, int Height)
{
    private const int Divisor = 32;
    private const int Largest = 4096;

    /// <exception cref="InputException">The text is no size, or a side is no multiple of 32.</exception>
    public static InputSize Parse(string text)
    {
        if (!SizeText.TryParse(text, out var width, out var height))
        {
            throw new InputException($"--size '{text}' is not a size: write width x height, for example --size 640x384");
        }

        if (width < Divisor || height < Divisor || width > Largest || height > Largest)
        {
            throw new InputException($"--size {text}: each side must be {Divisor} to {Largest} pixels");
        }

        if (width % Divisor != 0 || height % Divisor != 0)
        {
            throw new InputException(
                $"--size {text}: both sides must be multiples of {Divisor}; the nearest is --size {Nearest(width)}x{Nearest(height)}");
        }

        return new InputSize(width, height);
    }

    private static int Nearest(int side) => Math.Max(Divisor, (side + (Divisor / 2)) / Divisor * Divisor);
}
