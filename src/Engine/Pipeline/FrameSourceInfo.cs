namespace OpenSegR.Realtime.Pipeline;

/// <summary>What is known of a source before its first frame.</summary>
/// <param name="Description">For people: the file name, "camera 0", the address without its password.</param>
/// <param name="Format">Size and layout of its frames; a live source may change the size later.</param>
/// <param name="FramesPerSecond">Nominal rate, greater than 0.</param>
/// <param name="FrameCount">Number of frames where known (a container's claim: only the end of the stream is certain), otherwise null.</param>
/// <param name="IsLive">True where frames that nobody takes are lost (camera, stream): the newest wins. False for files: all are delivered.</param>
public sealed record FrameSourceInfo(string Description, FrameFormat Format, double FramesPerSecond, long? FrameCount, bool IsLive);
