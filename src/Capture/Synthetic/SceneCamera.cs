using System.Numerics;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>A pinhole camera at one moment.</summary>
internal readonly struct SceneCamera
{
    /// <summary>Places a camera. Angles in radians; <paramref name="focal"/> in units of the picture's height.</summary>
    public SceneCamera(Vector3 position, float yaw, float pitchDown, float roll, float focal)
    {
        Position = position;
        Focal = focal;
        var (sy, cy) = MathF.SinCos(yaw);
        var (sp, cp) = MathF.SinCos(pitchDown);
        var (sr, cr) = MathF.SinCos(roll);
        Forward = new Vector3(sy * cp, -sp, cy * cp);
        var right = new Vector3(cy, 0, -sy);
        var up = new Vector3(sy * sp, cp, cy * sp);
        Right = (right * cr) + (up * sr);
        Up = (up * cr) - (right * sr);
    }

    /// <summary>Place in the world.</summary>
    public Vector3 Position { get; }

    /// <summary>Focal length in units of the picture's height.</summary>
    public float Focal { get; }

    /// <summary>Axes of the camera in the world.</summary>
    public Vector3 Right { get; }

    /// <inheritdoc cref="Right"/>
    public Vector3 Up { get; }

    /// <inheritdoc cref="Right"/>
    public Vector3 Forward { get; }

    /// <summary>Rotation from view space (x right, y up, z towards the viewer) to the world.</summary>
    public Matrix4x4 ViewToWorld => new(
        Right.X, Right.Y, Right.Z, 0, Up.X, Up.Y, Up.Z, 0, -Forward.X, -Forward.Y, -Forward.Z, 0, 0, 0, 0, 1);

    /// <summary>Viewing ray, not normalised: its component along the optical axis is the focal length.</summary>
    /// <param name="u">Right of the centre, in picture heights.</param>
    /// <param name="v">Above the centre, in picture heights.</param>
    public Vector3 Ray(float u, float v) => (Right * u) + (Up * v) + (Forward * Focal);

    /// <summary>Screen place in pixels and depth along the optical axis of a point of the world.</summary>
    public (Vector2 Screen, float Depth) Project(Vector3 point, int width, int height)
    {
        var offset = point - Position;
        var depth = Vector3.Dot(offset, Forward);
        var scale = height * Focal / MathF.Max(depth, 1e-3f);
        return (new Vector2((width * 0.5f) + (scale * Vector3.Dot(offset, Right)), (height * 0.5f) - (scale * Vector3.Dot(offset, Up))), depth);
    }
}
