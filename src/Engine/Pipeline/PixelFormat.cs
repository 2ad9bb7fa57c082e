namespace OpenSegR.Realtime.Pipeline;

/// <summary>Order and depth of the channels of a <see cref="Frame"/>; 8 bits a channel, interleaved.</summary>
public enum PixelFormat
{
    /// <summary>Blue, green, red; what OpenCV decodes and encodes.</summary>
    Bgr24 = 1,

    /// <summary>Red, green, blue; what the networks and golden images use.</summary>
    Rgb24 = 2,
}
