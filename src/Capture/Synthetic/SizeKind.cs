namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>Size of a thing in the scene (not on the screen); the numbers are written to disk.</summary>
public enum SizeKind
{
    /// <summary>0.75 to 0.95 scene units.</summary>
    Small,

    /// <summary>0.95 to 1.25 scene units.</summary>
    Medium,

    /// <summary>1.25 to 1.6 scene units.</summary>
    Large,
}
