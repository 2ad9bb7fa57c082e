namespace OpenCvSharp;

/// <summary>Properties of a capture.</summary>
public enum VideoCaptureProperties
{
    /// <summary>Position in milliseconds.</summary>
    PosMsec = 0,

    /// <summary>Number of the next frame, from 0.</summary>
    PosFrames = 1,

    /// <summary>Position from 0 to 1.</summary>
    PosAviRatio = 2,

    /// <summary>Width in pixels.</summary>
    FrameWidth = 3,

    /// <summary>Height in pixels.</summary>
    FrameHeight = 4,

    /// <summary>Frames a second.</summary>
    Fps = 5,

    /// <summary>Code of the codec.</summary>
    FourCC = 6,

    /// <summary>Number of frames; negative or 0 where unknown.</summary>
    FrameCount = 7,

    /// <summary>Type of the matrices that Retrieve gives; -1 for undecoded packets.</summary>
    Format = 8,

    /// <summary>Mode of the backend.</summary>
    Mode = 9,

    /// <summary>Brightness of a camera.</summary>
    Brightness = 10,

    /// <summary>Contrast of a camera.</summary>
    Contrast = 11,

    /// <summary>Saturation of a camera.</summary>
    Saturation = 12,

    /// <summary>Hue of a camera.</summary>
    Hue = 13,

    /// <summary>Gain of a camera.</summary>
    Gain = 14,

    /// <summary>Exposure of a camera.</summary>
    Exposure = 15,

    /// <summary>Whether frames are converted to BGR.</summary>
    ConvertRgb = 16,

    /// <summary>Sharpness of a camera.</summary>
    Sharpness = 20,

    /// <summary>Automatic exposure of a camera.</summary>
    AutoExposure = 21,

    /// <summary>Zoom of a camera.</summary>
    Zoom = 27,

    /// <summary>Focus of a camera.</summary>
    Focus = 28,

    /// <summary>Frames that the backend may hold.</summary>
    BufferSize = 38,

    /// <summary>Automatic focus of a camera.</summary>
    AutoFocus = 39,

    /// <summary>Numerator of the pixel's aspect ratio.</summary>
    SARNum = 40,

    /// <summary>Denominator of the pixel's aspect ratio.</summary>
    SARDen = 41,

    /// <summary>The backend in use.</summary>
    Backend = 42,

    /// <summary>Automatic white balance of a camera.</summary>
    AutoWB = 44,

    /// <summary>Pixel format of the codec.</summary>
    CodecPixelFormat = 46,

    /// <summary>Bit rate in kbit/s.</summary>
    BitRate = 47,

    /// <summary>Turn in degrees as stored in the file.</summary>
    OrientationMeta = 48,

    /// <summary>Whether frames are turned by it.</summary>
    OrientationAuto = 49,

    /// <summary>A VideoAccelerationType.</summary>
    HwAcceleration = 50,

    /// <summary>Number of the hardware device.</summary>
    HwDevice = 51,
}
