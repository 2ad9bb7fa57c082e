namespace OpenSegR.Realtime.Graph;

/// <summary>A name prefix in force; see <see cref="GraphBuilder.Scope"/>.</summary>
internal readonly ref struct GraphScope(Stack<string> scopes)
{
    /// <summary>Ends the prefix.</summary>
    public void Dispose() => scopes.Pop();
}
