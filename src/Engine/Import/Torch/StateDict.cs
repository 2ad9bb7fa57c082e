namespace OpenSegR.Realtime.Import;

/// <summary>Finds the tensors of a model in what a checkpoint holds.</summary>
internal static class StateDict
{
    private const int MaxNameLength = 1024;
    private const int MaxPrefixes = 4;

    // Under which key training programs put the weights: detectron2, Lightning and timm, DeepSpeed.
    private static readonly string[] Wrappers = ["model", "state_dict", "module"];

    // What wrappers of a module put before every name: DistributedDataParallel, torch.compile, Lightning.
    private static readonly string[] Prefixes = ["module.", "_orig_mod.", "model."];

    /// <summary>Finds the named tensors of a pickled value, without the prefixes of training wrappers.</summary>
    /// <exception cref="ModelException">There is none.</exception>
    public static Dictionary<string, PickleTensor> Find(object? root, string path)
    {
        if (root is PickleDict dict)
        {
            // Wrappers first: a training program may also keep a stray tensor beside the weights.
            foreach (var candidate in Wrappers.Select(dict.Get).Append(dict))
            {
                if (candidate is PickleDict state && Tensors(state, path) is { Count: > 0 } tensors)
                {
                    return StripPrefixes(tensors);
                }
            }
        }

        throw new ModelException(
            $"'{path}' holds no weights: there are no named tensors in it, nor under {string.Join(" or ", Wrappers.Select(key => $"'{key}'"))}; "
            + "save them with torch.save({'model': model.state_dict()}, 'new.pth')");
    }

    /// <summary>Removes prefixes that all names share, as many as wrappers are ever put around each other.</summary>
    public static Dictionary<string, T> StripPrefixes<T>(Dictionary<string, T> tensors)
    {
        for (var round = 0; round < MaxPrefixes && tensors.Count > 0; round++)
        {
            if (Prefixes.FirstOrDefault(prefix => tensors.Keys.All(name => name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length)) is not { } shared)
            {
                break;
            }

            tensors = tensors.ToDictionary(pair => pair.Key[shared.Length..], pair => pair.Value, StringComparer.Ordinal);
        }

        return tensors;
    }

    private static Dictionary<string, PickleTensor> Tensors(PickleDict dict, string path)
    {
        var tensors = new Dictionary<string, PickleTensor>(StringComparer.Ordinal);
        foreach (var (key, value) in dict.Items)
        {
            if (key is string name && value is PickleTensor tensor)
            {
                tensors[name] = name.Length <= MaxNameLength
                    ? tensor
                    : throw new ModelException($"'{path}' is refused: a tensor's name is {name.Length} characters long; no checkpoint is written like this, do not trust the file");
            }
        }

        return tensors;
    }
}
