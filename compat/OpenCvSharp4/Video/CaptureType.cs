namespace OpenCvSharp;

/// <summary>What a capture reads.</summary>
public enum CaptureType
{
    /// <summary>A file or a URL.</summary>
    File,

    /// <summary>A camera.</summary>
    Camera,

    /// <summary>Not opened yet.</summary>
    NotSpecified,
}
