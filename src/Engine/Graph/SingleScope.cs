namespace OpenSegR.Realtime.Graph;

/// <summary>Nodes that keep single precision are being added; see <see cref="GraphBuilder.SinglePrecision"/>.</summary>
internal readonly ref struct SingleScope(Action end)
{
    /// <summary>Ends it.</summary>
    public void Dispose() => end();
}
