namespace OpenSegR.Realtime.Tests;

/// <summary>Tests that open windows run one after another on one display.</summary>
[CollectionDefinition("window")]
public sealed class WindowCollection : ICollectionFixture<XServer>;
