using System.Numerics;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>
/// Draws one thing: sphere-traces its distance field along parallel rays, shades it, and composites it over the picture with
/// anti-aliased edges and, where it moves fast, motion blur.
/// </summary>
internal sealed class ObjectRenderer
{
    private const int MaxSteps = 28;
    private const float HitDistance = 0.004f;
    private const int BlurTaps = 5;
    private Vector4[] _tile = [];
    private bool[] _hit = [];

    /// <summary>Draws a thing and marks its pixels in the label map.</summary>
    /// <param name="canvas">Picture and labels.</param>
    /// <param name="thing">What it is.</param>
    /// <param name="look">Colours and pattern of this very thing.</param>
    /// <param name="pose">Where it is.</param>
    /// <param name="light">Light of the moment.</param>
    /// <param name="viewToWorld">Rotation from view space (x right, y up, z towards the viewer) to the world.</param>
    /// <param name="segment">Value for the label map.</param>
    /// <param name="shutter">Share of the frame interval during which the sensor collects light.</param>
    public void Draw(
        SceneCanvas canvas, ThingAttributes thing, in ObjectLook look, in ObjectPose pose, in SceneLight light, in Matrix4x4 viewToWorld,
        byte segment, float shutter)
    {
        var radius = (ShapeDistance.Bound * pose.PixelsPerUnit) + 1.5f;
        var blur = pose.ScreenVelocity * shutter;
        var isBlurred = blur.LengthSquared() > 1f;
        var left = Math.Max((int)MathF.Floor(pose.Screen.X - radius), -canvas.Width);
        var right = Math.Min((int)MathF.Ceiling(pose.Screen.X + radius), 2 * canvas.Width);
        var top = Math.Max((int)MathF.Floor(pose.Screen.Y - radius), -canvas.Height);
        var bottom = Math.Min((int)MathF.Ceiling(pose.Screen.Y + radius), 2 * canvas.Height);
        if (!isBlurred)
        {
            (left, right) = (Math.Max(left, 0), Math.Min(right, canvas.Width - 1));
            (top, bottom) = (Math.Max(top, 0), Math.Min(bottom, canvas.Height - 1));
        }

        int width = right - left + 1, height = bottom - top + 1;
        if (width <= 0 || height <= 0 || right < 0 || left >= canvas.Width || bottom < 0 || top >= canvas.Height)
        {
            return;
        }

        if (_tile.Length < width * height)
        {
            // With room to grow: a thing that comes nearer is larger in every frame.
            var room = width * height * 3 / 2;
            _tile = new Vector4[room];
            _hit = new bool[room];
        }

        Trace(thing, look, pose, light, viewToWorld, left, top, width, height);
        Composite(canvas, left, top, width, height, segment, isBlurred ? blur : Vector2.Zero);
    }

    private void Trace(
        ThingAttributes thing, in ObjectLook look, in ObjectPose pose, in SceneLight light, in Matrix4x4 viewToWorld,
        int left, int top, int width, int height)
    {
        var toObject = viewToWorld * pose.ToObject;
        var axisX = Vector3.TransformNormal(Vector3.UnitX, toObject);
        var axisY = Vector3.TransformNormal(Vector3.UnitY, toObject);
        var axisZ = Vector3.TransformNormal(Vector3.UnitZ, toObject);
        Matrix4x4.Invert(pose.ToObject, out var toWorld);
        var shader = new ObjectShader(thing, look, pose, light, -axisZ, Vector3.TransformNormal(Vector3.UnitZ, viewToWorld), toWorld);
        var unit = 1f / pose.PixelsPerUnit;
        const float bound = ShapeDistance.Bound;
        for (var y = 0; y < height; y++)
        {
            var v = (pose.Screen.Y - (top + y + 0.5f)) * unit;
            for (var x = 0; x < width; x++)
            {
                var i = (y * width) + x;
                var u = (left + x + 0.5f - pose.Screen.X) * unit;
                var inside = (bound * bound) - (u * u) - (v * v);
                _tile[i] = Vector4.Zero;
                _hit[i] = false;
                if (inside <= 0)
                {
                    continue;
                }

                var reach = MathF.Sqrt(inside);
                var origin = (axisX * u) + (axisY * v);
                float z = reach, nearest = float.MaxValue, nearestZ = reach;
                for (var step = 0; step < MaxSteps && z > -reach; step++)
                {
                    var d = ShapeDistance.At(thing.Shape, origin + (axisZ * z));
                    if (d < nearest)
                    {
                        (nearest, nearestZ) = (d, z);
                        if (d < HitDistance)
                        {
                            break;
                        }
                    }

                    z -= d;
                }

                // Rays that pass within a pixel of the surface cover the pixel in part.
                var coverage = nearest < HitDistance * 2 ? 1f : 1f - (nearest * pose.PixelsPerUnit);
                if (coverage > 0)
                {
                    _hit[i] = coverage >= 0.5f;
                    var colour = shader.Shade(origin + (axisZ * nearestZ), unit, out var opacity);
                    _tile[i] = new Vector4(colour * (coverage * opacity), coverage * opacity);
                }
            }
        }
    }

    private void Composite(SceneCanvas canvas, int left, int top, int width, int height, byte segment, Vector2 blur)
    {
        var taps = blur == Vector2.Zero ? 1 : BlurTaps;
        var (x0, x1) = (Math.Max(left - (int)MathF.Abs(blur.X) - 1, 0), Math.Min(left + width + (int)MathF.Abs(blur.X) + 1, canvas.Width));
        var (y0, y1) = (Math.Max(top - (int)MathF.Abs(blur.Y) - 1, 0), Math.Min(top + height + (int)MathF.Abs(blur.Y) + 1, canvas.Height));
        for (var y = y0; y < y1; y++)
        {
            for (var x = x0; x < x1; x++)
            {
                var sum = Vector4.Zero;
                for (var tap = 0; tap < taps; tap++)
                {
                    var t = taps == 1 ? 0f : (tap / (taps - 1f)) - 0.5f;
                    int sx = x - left - (int)MathF.Round(blur.X * t), sy = y - top - (int)MathF.Round(blur.Y * t);
                    if ((uint)sx < (uint)width && (uint)sy < (uint)height)
                    {
                        sum += _tile[(sy * width) + sx];
                    }
                }

                var i = (y * canvas.Width) + x;
                sum /= taps;
                if (sum.W > 0)
                {
                    canvas.Light[i] = (canvas.Light[i] * (1f - sum.W)) + sum;
                }

                int cx = x - left, cy = y - top;
                if ((uint)cx < (uint)width && (uint)cy < (uint)height && _hit[(cy * width) + cx])
                {
                    canvas.Labels[i] = segment;
                }
            }
        }
    }
}
