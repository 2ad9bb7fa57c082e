namespace OpenSegR.Realtime.Graph.Layers;

/// <summary>What follows a linear layer.</summary>
internal enum Activation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x * Phi(x), the exact (erf) form.</summary>
    Gelu,
}
