namespace OpenSegR.Realtime.Graph.Layers;

/// <summary>A layer norm that closes a residual block.</summary>
/// <param name="Name">Its name in the weights.</param>
/// <param name="Epsilon">Added to the variance.</param>
internal readonly record struct PostNorm(string Name, float Epsilon);
