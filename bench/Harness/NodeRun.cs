namespace OpenSegR.Realtime.Bench;

/// <summary>One operator of one run of a network, as ONNX Runtime's profile tells it.</summary>
/// <param name="Run">Which run of the network, from 0.</param>
/// <param name="Name">The node's name: the scopes it was built in, then its operator, separated by slashes.</param>
/// <param name="Operator">Operator type.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Inputs">Shapes of the inputs that are there, in order.</param>
/// <param name="Outputs">Shapes of the outputs.</param>
public sealed record NodeRun(
    int Run, string Name, string Operator, double Milliseconds, IReadOnlyList<long[]> Inputs, IReadOnlyList<long[]> Outputs);
