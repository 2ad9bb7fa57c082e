namespace OpenSegR.Realtime.Pipeline;

/// <summary>What happens to a frame that finds the next stage busy.</summary>
public enum DropPolicy
{
    /// <summary><see cref="Oldest"/> for live sources, <see cref="Never"/> for files.</summary>
    Auto,

    /// <summary>It waits, and so does everything before it: every frame is delivered exactly once, and a live source falls behind.</summary>
    Never,

    /// <summary>It takes the place of the frame that has been waiting longest, which is dropped and counted: the delay never grows.</summary>
    Oldest,
}
