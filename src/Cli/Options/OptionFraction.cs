using System.CommandLine;

namespace OpenSegR.Realtime.Cli.Options;

/// <summary>Options whose value is a share or a score.</summary>
internal static class OptionFraction
{
    /// <summary>The option's value, or null where it was not given.</summary>
    /// <exception cref="InputException">It is not 0 to 1.</exception>
    public static float? GetFraction(this ParseResult parsed, Option<float?> option)
    {
        var value = parsed.GetValue(option);
        return value is < 0 or > 1 || value is float.NaN
            ? throw new InputException($"{option.Name} {value}: must be 0 to 1") : value;
    }
}
