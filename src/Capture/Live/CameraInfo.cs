namespace OpenSegR.Realtime.Capture;

/// <summary>A camera of this machine.</summary>
/// <param name="Index">Its number, as in "camera:0".</param>
/// <param name="Name">What it calls itself.</param>
/// <param name="Device">Its device file.</param>
public sealed record CameraInfo(int Index, string Name, string Device);
