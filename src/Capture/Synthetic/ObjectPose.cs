using System.Numerics;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>Where one thing is at one moment and how it turns.</summary>
internal struct ObjectPose
{
    /// <summary>Centre in the world, y up, z away from the camera.</summary>
    public Vector3 Centre;

    /// <summary>Diameter in world units.</summary>
    public float Scale;

    /// <summary>Rows of the rotation from world to object space.</summary>
    public Matrix4x4 ToObject;

    /// <summary>Centre on the screen in pixels.</summary>
    public Vector2 Screen;

    /// <summary>Distance along the optical axis in world units.</summary>
    public float Depth;

    /// <summary>Pixels of one object-space unit on the screen.</summary>
    public float PixelsPerUnit;

    /// <summary>Movement on the screen during one frame interval, in pixels.</summary>
    public Vector2 ScreenVelocity;

    /// <summary>Where its centre stands above, on the ground, on the screen; and the radii of its shadow in pixels.</summary>
    public Vector2 ShadowScreen, ShadowRadii;

    /// <summary>Darkness of the shadow, 0 to 1; less for things high above the ground.</summary>
    public float ShadowStrength;
}
