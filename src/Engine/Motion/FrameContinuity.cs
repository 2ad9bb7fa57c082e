namespace OpenSegR.Realtime.Motion;

/// <summary>What a frame has in common with the one before.</summary>
internal enum FrameContinuity
{
    /// <summary>The same scene, a moment later.</summary>
    Continues,

    /// <summary>The first frame, or the first of another size: nothing is known of the motion between the two.</summary>
    OtherSize,

    /// <summary>Another scene.</summary>
    Cut,
}
