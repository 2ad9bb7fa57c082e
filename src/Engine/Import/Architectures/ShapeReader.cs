using System.Globalization;

namespace OpenSegR.Realtime.Import;

/// <summary>Reads sizes off the shapes of a checkpoint's tensors.</summary>
/// <param name="path">File name for messages.</param>
/// <param name="architecture">Name of the architecture for messages.</param>
/// <param name="tensors">Tensors by name.</param>
internal sealed class ShapeReader(string path, string architecture, IReadOnlyDictionary<string, TensorSpec> tensors)
{
    // Far above any published model, and low enough that sums and products of sizes stay small.
    private const int MaxSide = 1 << 20;
    private const int MaxLayers = 256;

    /// <summary>True where there is a tensor of this name.</summary>
    public bool Has(string name) => tensors.ContainsKey(name);

    /// <summary>One side of a tensor that has <paramref name="rank"/> axes.</summary>
    /// <exception cref="ModelException">The tensor is missing, or has another number of axes or an impossible size.</exception>
    public int Side(string name, int axis, int rank)
    {
        if (!tensors.TryGetValue(name, out var tensor))
        {
            throw new ModelException($"'{path}' looks like {architecture}, but tensor '{name}' is missing; use the complete checkpoint that the model's authors published");
        }

        if (tensor.Shape.Count != rank || tensor.Shape[axis] is < 1 or > MaxSide)
        {
            throw new ModelException($"'{path}' looks like {architecture}, but tensor '{name}' has shape {tensor.ShapeText}, which no such model has");
        }

        return tensor.Shape[axis];
    }

    /// <summary>Number of layers whose tensors are named <paramref name="prefix"/>, index, dot, anything: the highest index plus one.</summary>
    public int Count(string prefix)
    {
        var count = 0;
        foreach (var name in tensors.Keys)
        {
            if (!name.StartsWith(prefix, StringComparison.Ordinal))
            {
                continue;
            }

            var rest = name.AsSpan(prefix.Length);
            var dot = rest.IndexOf('.');
            // An index beyond the limit is left out, so that its tensors are reported as unknown.
            if (dot > 0 && int.TryParse(rest[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < MaxLayers)
            {
                count = Math.Max(count, index + 1);
            }
        }

        return count;
    }
}
