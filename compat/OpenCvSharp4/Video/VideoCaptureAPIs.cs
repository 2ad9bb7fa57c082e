namespace OpenCvSharp;

/// <summary>What reads or writes a video; the ones that exist on Linux.</summary>
public enum VideoCaptureAPIs
{
    /// <summary>The first that can.</summary>
    ANY = 0,

    /// <summary>Video4Linux.</summary>
    V4L = 200,

    /// <summary>Video4Linux.</summary>
    V4L2 = V4L,

    /// <summary>GStreamer.</summary>
    GSTREAMER = 1800,

    /// <summary>FFmpeg.</summary>
    FFMPEG = 1900,

    /// <summary>Numbered picture files.</summary>
    IMAGES = 2000,

    /// <summary>OpenCV's own Motion JPEG.</summary>
    OPENCV_MJPEG = 2200,
}
