namespace OpenSegR.Realtime.Import;

/// <summary>The list of tensors, by name and shape, that a model of given sizes has.</summary>
internal sealed class TensorLayout
{
    private readonly Dictionary<string, int[]> _shapes = new(StringComparer.Ordinal);

    /// <summary>Shapes by name.</summary>
    public IReadOnlyDictionary<string, int[]> Shapes => _shapes;

    /// <summary>Adds one tensor.</summary>
    public void Add(string name, params int[] shape) => _shapes.Add(name, shape);

    /// <summary>Adds a weight of the given shape and a bias of its first side.</summary>
    public void AddWithBias(string prefix, params int[] weight)
    {
        Add(prefix + ".weight", weight);
        Add(prefix + ".bias", weight[0]);
    }

    /// <summary>Adds the scale and offset of a layer or group norm.</summary>
    public void AddNorm(string prefix, int width)
    {
        Add(prefix + ".weight", width);
        Add(prefix + ".bias", width);
    }

    /// <summary>Adds a torch.nn.MultiheadAttention of equal query, key and value width.</summary>
    public void AddAttention(string prefix, int width)
    {
        Add(prefix + ".in_proj_weight", 3 * width, width);
        Add(prefix + ".in_proj_bias", 3 * width);
        AddWithBias(prefix + ".out_proj", width, width);
    }

    /// <summary>Adds the three linear layers of a small perceptron head.</summary>
    public void AddPerceptron(string prefix, int input, int hidden, int output)
    {
        AddWithBias(prefix + ".layers.0", hidden, input);
        AddWithBias(prefix + ".layers.1", hidden, hidden);
        AddWithBias(prefix + ".layers.2", output, hidden);
    }
}
