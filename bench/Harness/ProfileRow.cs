namespace OpenSegR.Realtime.Bench;

/// <summary>One line of a profile: a part of the network, or all operators of one type.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Nodes">Operators in one run.</param>
/// <param name="Milliseconds">Time in one run, the medians of the operators added up.</param>
/// <param name="Gflop">Products of one run in 10^9 operations, see <see cref="OperatorWork"/>.</param>
public sealed record ProfileRow(string Name, int Nodes, double Milliseconds, double Gflop);
