namespace OpenSegR.Realtime.Pipeline;

/// <summary>What a source had to say when it was asked for a frame.</summary>
public enum FrameRead
{
    /// <summary>A frame was delivered.</summary>
    Frame,

    /// <summary>Nothing yet: the source is alive but has no new frame (a time-out, a reconnect in progress). Ask again.</summary>
    NotYet,

    /// <summary>No frame will ever follow.</summary>
    EndOfStream,
}
