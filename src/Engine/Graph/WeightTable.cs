using OpenSegR.Realtime.Import;

namespace OpenSegR.Realtime.Graph;

/// <summary>What a graph needs to know of a weights file to point into it: the tensors' types, shapes and places, never their values.</summary>
/// <param name="fileName">Name of the file inside the model folder; the graph stores it as the location of its external data.</param>
/// <param name="tensors">Tensors by name.</param>
internal sealed class WeightTable(string fileName, IReadOnlyDictionary<string, TensorInfo> tensors)
{
    /// <summary>The table of a graph that has no weights.</summary>
    public static WeightTable None { get; } = new("", new Dictionary<string, TensorInfo>());

    /// <summary>Name of the weights file, without a folder.</summary>
    public string FileName { get; } = fileName;

    /// <summary>True where the file has the tensor.</summary>
    public bool Contains(string name) => tensors.ContainsKey(name);

    /// <summary>The tensor of that name.</summary>
    /// <exception cref="ModelException">The file has none.</exception>
    public TensorInfo this[string name] => tensors.TryGetValue(name, out var info)
        ? info
        : throw new ModelException($"{FileName}: tensor '{name}' is missing; import the checkpoint again");
}
