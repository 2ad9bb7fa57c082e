using System.Numerics;
using System.Runtime.CompilerServices;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>
/// Signed distance functions of the shapes, in object space: y is up, flat shapes lie in the xy plane, everything fits into the ball of
/// radius <see cref="Bound"/>, the base stands at y = <see cref="Base"/>. The formulas are the usual primitives of constructive distance fields
/// (Hart, "Sphere tracing", The Visual Computer 1996).
/// </summary>
internal static class ShapeDistance
{
    /// <summary>Radius of the ball that holds every shape.</summary>
    public const float Bound = 0.72f;

    private const float Thickness = 0.09f;
    private const float Bevel = 0.035f;

    /// <summary>y of the lowest point of the shape.</summary>
    public static float Base(ShapeKind shape) => shape switch
    {
        ShapeKind.Cube or ShapeKind.Star or ShapeKind.Heart => -0.42f,
        ShapeKind.Cylinder => -0.45f,
        ShapeKind.Cone or ShapeKind.Pyramid => -0.45f,
        ShapeKind.Triangle => -0.36f,
        ShapeKind.Mug => -0.4f,
        _ => -0.5f,
    };

    /// <summary>True where the shape is a plate that must face the camera to be recognised.</summary>
    public static bool IsFlat(ShapeKind shape) =>
        shape is ShapeKind.Disc or ShapeKind.Star or ShapeKind.Triangle or ShapeKind.Cross or ShapeKind.Heart or ShapeKind.Moon or ShapeKind.Ring;

    /// <summary>Distance from a point to the shape, negative inside.</summary>
    public static float At(ShapeKind shape, Vector3 p)
    {
        switch (shape)
        {
            case ShapeKind.Ball:
                return p.Length() - 0.5f;
            case ShapeKind.Disc:
                return Cylinder(p.X, p.Y, p.Z, 0.5f, Thickness);
            case ShapeKind.Cube:
                return Box(p, new Vector3(0.39f)) - 0.03f;
            case ShapeKind.Cone:
                return Cone(p);
            case ShapeKind.Cylinder:
                return Cylinder(p.X, p.Z, p.Y, 0.35f, 0.45f);
            case ShapeKind.Ring:
                var ring = new Vector2(MathF.Sqrt((p.X * p.X) + (p.Y * p.Y)) - 0.35f, p.Z);
                return ring.Length() - 0.15f;
            case ShapeKind.Star:
                return Extrude(Star(p.X, p.Y), p.Z);
            case ShapeKind.Triangle:
                return Extrude(Triangle(p.X, p.Y), p.Z);
            case ShapeKind.Cross:
                return Extrude(Cross(p.X, p.Y), p.Z);
            case ShapeKind.Heart:
                return Extrude(Heart(p.X, p.Y), p.Z);
            case ShapeKind.Pyramid:
                return Pyramid(p);
            case ShapeKind.Mug:
                return Mug(p);
            case ShapeKind.Moon:
                return Extrude(Moon(p.X, p.Y), p.Z);
            default:
                throw new ArgumentOutOfRangeException(nameof(shape));
        }
    }

    private static float Extrude(float planar, float z)
    {
        var d = new Vector2(planar + Bevel, MathF.Abs(z) - Thickness + Bevel);
        return MathF.Min(MathF.Max(d.X, d.Y), 0f) + Vector2.Max(d, Vector2.Zero).Length() - Bevel;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Cylinder(float x, float y, float axis, float radius, float half)
    {
        var d = new Vector2(MathF.Sqrt((x * x) + (y * y)) - radius + 0.02f, MathF.Abs(axis) - half + 0.02f);
        return MathF.Min(MathF.Max(d.X, d.Y), 0f) + Vector2.Max(d, Vector2.Zero).Length() - 0.02f;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Box(Vector3 p, Vector3 half)
    {
        var q = Vector3.Abs(p) - half;
        return Vector3.Max(q, Vector3.Zero).Length() + MathF.Min(MathF.Max(q.X, MathF.Max(q.Y, q.Z)), 0f);
    }

    // Distance to the slanted side or the base, whichever plane is farther out: exact on the faces, a lower bound at the corners.
    private static float Cone(Vector3 p)
    {
        var r = MathF.Sqrt((p.X * p.X) + (p.Z * p.Z));
        const float slope = 0.42f;
        var norm = 1f / MathF.Sqrt(1f + (slope * slope));
        return MathF.Max((r - ((0.5f - p.Y) * slope)) * norm, -0.45f - p.Y);
    }

    private static float Pyramid(Vector3 p)
    {
        var r = MathF.Max(MathF.Abs(p.X), MathF.Abs(p.Z));
        const float slope = 0.48f;
        var norm = 1f / MathF.Sqrt(1f + (slope * slope));
        return MathF.Max((r - ((0.45f - p.Y) * slope)) * norm, -0.45f - p.Y);
    }

    private static float Triangle(float x, float y)
    {
        // Three half planes of an upright equilateral triangle with inradius 0.29.
        var side = ((MathF.Abs(x) * 0.8660254f) + ((y + 0.07f) * 0.5f)) - 0.29f;
        return MathF.Max(side, -(y + 0.07f) - 0.29f);
    }

    private static float Cross(float x, float y)
    {
        float ax = MathF.Abs(x), ay = MathF.Abs(y);
        var vertical = MathF.Max(ax - 0.16f, ay - 0.5f);
        var horizontal = MathF.Max(ax - 0.5f, ay - 0.16f);
        return MathF.Min(vertical, horizontal);
    }

    private static float Star(float x, float y)
    {
        // Fold the plane into one of ten congruent sectors, then take the distance to the edge between a point and a notch.
        const float outer = 0.52f, inner = 0.23f, sector = MathF.PI / 5f;
        var angle = MathF.Atan2(MathF.Abs(x), y);
        angle = MathF.Abs(angle - (2f * sector * MathF.Round(angle / (2f * sector))));
        var r = MathF.Sqrt((x * x) + (y * y));
        var (sin, cos) = MathF.SinCos(angle);
        var p = new Vector2(r * cos, r * sin);
        var tip = new Vector2(outer, 0);
        var (sinNotch, cosNotch) = MathF.SinCos(sector);
        var notch = new Vector2(inner * cosNotch, inner * sinNotch);
        var edge = notch - tip;
        var offset = p - tip;
        var h = Math.Clamp(Vector2.Dot(offset, edge) / Vector2.Dot(edge, edge), 0f, 1f);
        var distance = (offset - (edge * h)).Length();
        return ((edge.X * offset.Y) - (edge.Y * offset.X)) < 0f ? distance : -distance;
    }

    private static float Heart(float x, float y)
    {
        // Two round lobes above a right-angled corner that stands on its tip.
        x = MathF.Abs(x);
        y += 0.46f;
        const float lobe = 0.27f;
        var lobeCentre = new Vector2(0.235f, 0.66f);
        var round = (new Vector2(x, y) - lobeCentre).Length() - lobe;
        var side = ((x - y) * 0.70710678f) + 0.03f;
        var top = y - 0.66f;
        var inner = x - 0.5f;
        var wedge = MathF.Max(MathF.Max(side, top), inner);
        return MathF.Min(round, wedge);
    }

    private static float Moon(float x, float y)
    {
        var outer = MathF.Sqrt((x * x) + (y * y)) - 0.5f;
        var dx = x - 0.24f;
        var inner = 0.4f - MathF.Sqrt((dx * dx) + (y * y));
        return MathF.Max(outer, inner);
    }

    private static float Mug(Vector3 p)
    {
        var outer = Cylinder(p.X + 0.1f, p.Z, p.Y, 0.34f, 0.4f);
        var cavity = Cylinder(p.X + 0.1f, p.Z, p.Y - 0.1f, 0.28f, 0.4f);
        var handle = new Vector2(new Vector2(p.X - 0.25f, p.Y).Length() - 0.22f, p.Z).Length() - 0.06f;
        return MathF.Min(MathF.Max(outer, -cavity), MathF.Max(handle, 0.2f - p.X));
    }
}
