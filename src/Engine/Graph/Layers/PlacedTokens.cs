namespace OpenSegR.Realtime.Graph.Layers;

/// <summary>Tokens and where they are: attention adds positions to queries and keys, not to values.</summary>
/// <param name="Tokens">[T, C].</param>
/// <param name="Positions">[T, C], or null for none.</param>
internal readonly record struct PlacedTokens(Value Tokens, Value? Positions)
{
    /// <summary>Both added.</summary>
    public Value Sum(GraphBuilder graph) => Positions is { } positions ? graph.Add(Tokens, positions) : Tokens;
}
