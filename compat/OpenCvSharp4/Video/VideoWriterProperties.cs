namespace OpenCvSharp;

/// <summary>Properties of a writer.</summary>
public enum VideoWriterProperties
{
    /// <summary>0 to 100 for Motion JPEG.</summary>
    Quality = 1,

    /// <summary>Size of the last encoded frame (read only).</summary>
    FrameBytes = 2,

    /// <summary>Parts that are encoded side by side; -1 for the number of cores.</summary>
    NStripes = 3,

    /// <summary>0 for one-channel frames.</summary>
    IsColor = 4,

    /// <summary>Depth of the frames, 8 bits by default.</summary>
    Depth = 5,

    /// <summary>A VideoAccelerationType.</summary>
    HwAcceleration = 6,

    /// <summary>Number of the hardware device.</summary>
    HwDevice = 7,
}
