namespace OpenSegR.Realtime.Import;

/// <summary>Finds the tensors of a model in what a checkpoint holds.</summary>
internal static class StateDict
{
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
                if (candidate is PickleDict state && Tensors(state) is { Count: > 0 } tensors)
                {
                    return StripPrefixes(tensors);
                }
            }
        }

        throw new ModelException(
            $"'{path}' holds no weights: there are no named tensors in it, nor under {string.Join(" or ", Wrappers.Select(key => $"'{key}'"))}; "
            + "save them with torch.save({'model': model.state_dict()}, 'new.pth')");
    }

    /// <summary>Removes prefixes that all names share.</summary>
    public static Dictionary<string, T> StripPrefixes<T>(Dictionary<string, T> tensors)
    {
        while (Prefixes.FirstOrDefault(prefix => tensors.Keys.All(name => name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length)) is { } shared
            && tensors.Count > 0)
        {
            tensors = tensors.ToDictionary(pair => pair.Key[shared.Length..], pair => pair.Value, StringComparer.Ordinal);
        }

        return tensors;
    }

    private static Dictionary<string, PickleTensor> Tensors(PickleDict dict)
    {
        var tensors = new Dictionary<string, PickleTensor>(StringComparer.Ordinal);
        foreach (var (key, value) in dict.Items)
        {
            if (key is string name && value is PickleTensor tensor)
            {
                tensors[name] = tensor;
            }
        }

        return tensors;
    }
}
