using System.Numerics;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Motion;

/// <summary>A segment that is followed through time.</summary>
internal struct Track
{
    /// <summary>Its number, which it keeps, from 1; 0 where the entry is free.</summary>
    public int Id;

    /// <summary>The segment as it was last found.</summary>
    public Segment Segment;

    /// <summary>Its mean colour, slowly following.</summary>
    public Vector3 Color;

    /// <summary>Masks since it was last found; 0 where it is in the newest.</summary>
    public int Missed;

    /// <summary>Index of the frame in which it was last found.</summary>
    public long FrameIndex;

    /// <summary>Time of that frame in microseconds.</summary>
    public long TimestampUs;

    /// <summary>How its centre moves, in pixels of the label map a frame.</summary>
    public Vector2 Velocity;
}
