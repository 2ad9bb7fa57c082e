namespace OpenSegR.Realtime.Evaluation;

/// <summary>
/// How a segment moved on the screen since the picture before: what is at (x, y) now, in pixels, was at
/// (<paramref name="Scale"/> * x + <paramref name="X"/>, <paramref name="Scale"/> * y + <paramref name="Y"/>) then.
/// </summary>
/// <param name="Scale">Its size then over its size now; 1 where it kept its distance.</param>
/// <param name="X">Shift to the right in pixels.</param>
/// <param name="Y">Shift down in pixels.</param>
public readonly record struct SegmentMotion(float Scale, float X, float Y)
{
    /// <summary>Nothing moved.</summary>
    public static SegmentMotion None { get; } = new(1, 0, 0);

    /// <summary>True where nothing moved.</summary>
    public bool IsStill => this == None;
}
