namespace OpenSegR.Realtime.Capture;

/// <summary>A video device of the system.</summary>
/// <param name="Index">Its number, as <c>--source</c> takes it.</param>
/// <param name="Path">Its device file, such as "/dev/video0".</param>
/// <param name="Name">What the driver calls it; empty where that is unknown.</param>
/// <param name="Problem">Why no frames can be read from it, in one line; null for a camera that should work.</param>
public sealed record CameraDevice(int Index, string Path, string Name, string? Problem);
