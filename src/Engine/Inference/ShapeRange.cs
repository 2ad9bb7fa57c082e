namespace OpenSegR.Realtime.Inference;

/// <summary>
/// The shapes that a network's input may take, for runtimes that build an engine for a range (TensorRT's optimisation profiles).
/// </summary>
/// <param name="Input">Name of the input.</param>
/// <param name="Smallest">Least length of each side.</param>
/// <param name="Usual">The lengths to be fastest at.</param>
/// <param name="Largest">Greatest length of each side.</param>
internal sealed record ShapeRange(string Input, long[] Smallest, long[] Usual, long[] Largest);
