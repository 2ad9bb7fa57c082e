using System.Numerics;
using static OpenSegR.Realtime.Capture.Synthetic.TileableNoise;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>Pattern, material and light of one thing at one moment. Works in object space.</summary>
internal readonly struct ObjectShader
{
    private readonly ThingAttributes _thing;
    private readonly ObjectLook _look;
    private readonly SceneLight _light;
    private readonly Vector3 _view;
    private readonly Vector3 _viewWorld;
    private readonly Matrix4x4 _toWorld;
    private readonly float _heightBase;
    private readonly float _scale;

    /// <summary>Prepares the shader; <paramref name="ray"/> is the viewing direction in object space, away from the viewer.</summary>
    public ObjectShader(
        ThingAttributes thing, in ObjectLook look, in ObjectPose pose, in SceneLight light, Vector3 ray, Vector3 viewWorld, in Matrix4x4 toWorld)
    {
        _thing = thing;
        _look = look;
        _light = light;
        _view = -ray;
        _viewWorld = viewWorld;
        _toWorld = toWorld;
        _heightBase = pose.Centre.Y;
        _scale = pose.Scale;
    }

    /// <summary>Colour of the surface point, linear, and how much of the background it hides.</summary>
    /// <param name="p">Surface point in object space.</param>
    /// <param name="pixel">Size of a screen pixel in object space.</param>
    /// <param name="opacity">1 for all but glass.</param>
    public Vector3 Shade(Vector3 p, float pixel, out float opacity)
    {
        var normal = Normal(p);
        var world = Vector3.TransformNormal(normal, _toWorld);
        var offset = Vector3.TransformNormal(p, _toWorld);
        var facing = Math.Clamp(Vector3.Dot(normal, _view), 0f, 1f);
        var diffuse = Math.Clamp((Vector3.Dot(world, _light.Direction) + 0.15f) / 1.15f, 0f, 1f);
        var ambient = Vector3.Lerp(_light.GroundAmbient, _light.SkyAmbient, 0.5f + (0.5f * world.Y));
        // Light is scarce near the ground that the thing stands on.
        var occlusion = 0.55f + (0.45f * Step(0f, 0.45f, _heightBase + (offset.Y * _scale)));
        var received = ((_light.Sun * diffuse) + ambient) * occlusion;
        var reflected = Vector3.Reflect(-_viewWorld, world);
        var highlight = MathF.Pow(Math.Clamp(Vector3.Dot(reflected, _light.Direction), 0f, 1f), 36f);
        opacity = 1f;
        switch (_thing.Surface)
        {
            case SurfaceKind.Metal:
                return Metal(reflected, highlight, facing, received);
            case SurfaceKind.Glass:
                var rim = MathF.Pow(1f - facing, 2f);
                opacity = Math.Clamp(0.42f + (0.5f * rim) + highlight, 0f, 1f);
                var tinted = (_look.Colour * received * 0.9f) + (_light.SkyAmbient * (0.55f * rim));
                return tinted + (_light.Sun * (highlight * 1.6f));
            case SurfaceKind.Wooden:
                return Wood(p) * received + (_light.Sun * (0.05f * highlight));
            default:
                var albedo = Vector3.Lerp(_look.Colour, _look.Second, Pattern(p, normal, pixel));
                return (albedo * received) + (_light.Sun * (_look.Gloss * highlight));
        }
    }

    private Vector3 Metal(Vector3 reflected, float highlight, float facing, Vector3 received)
    {
        // A bright sky over a dark ground with a sharp horizon is what makes a surface read as metal.
        var sky = Vector3.Lerp(_light.SkyAmbient * 1.1f, _light.SkyAmbient * 2.4f, Step(-0.05f, 0.7f, reflected.Y));
        var ground = _light.GroundAmbient * 0.45f;
        var band = Step(-0.08f, 0.04f, reflected.Y + (0.06f * MathF.Sin(reflected.X * 9f)));
        var environment = Vector3.Lerp(ground, sky, band);
        var tint = Vector3.Lerp(_look.Colour, Vector3.One, 0.12f + (0.45f * MathF.Pow(1f - facing, 4f)));
        return (environment * tint * 0.95f) + (_look.Colour * received * 0.22f) + (_light.Sun * (1.5f * highlight));
    }

    private Vector3 Wood(Vector3 p)
    {
        var warp = Value((p.X * 3) + 17, (p.Y * 3) + 31, 1024, _look.Seed);
        var rings = MathF.Sin(((p.X + (0.3f * p.Z)) * 26f) + (warp * 9f));
        var fibre = Value((p.X * 60) + 100, (p.Y * 6) + 100, 1024, _look.Seed + 1);
        var shade = 0.62f + (0.28f * rings) + (0.34f * (fibre - 0.5f));
        return Vector3.Lerp(_look.Colour, MaterialPatterns.Linear(150, 96, 48), 0.16f) * Math.Max(shade, 0.1f);
    }

    private float Pattern(Vector3 p, Vector3 normal, float pixel)
    {
        var blur = pixel * _look.Frequency;
        if (_thing.Surface == SurfaceKind.Striped)
        {
            return Edge(MathF.Abs(Fraction(Vector3.Dot(p, _look.PatternAxis) * _look.Frequency) - 0.5f) - 0.25f, blur);
        }

        if (_thing.Surface is not (SurfaceKind.Dotted or SurfaceKind.Checkered))
        {
            return 0f;
        }

        // Project along the axis that the surface faces most, in object space, so that the pattern turns with the thing.
        var n = Vector3.Abs(normal);
        var q = n.X > n.Y && n.X > n.Z ? new Vector2(p.Z, p.Y) : n.Y > n.Z ? new Vector2(p.X, p.Z) : new Vector2(p.X, p.Y);
        q = (q * _look.Frequency) + new Vector2(0.25f);
        if (_thing.Surface == SurfaceKind.Dotted)
        {
            var row = MathF.Floor(q.Y);
            var dx = Fraction(q.X + (((int)row & 1) * 0.5f)) - 0.5f;
            var dy = q.Y - row - 0.5f;
            return Edge(MathF.Sqrt((dx * dx) + (dy * dy)) - 0.3f, blur);
        }

        float a = Fraction(q.X * 0.5f) - 0.5f, b = Fraction(q.Y * 0.5f) - 0.5f;
        var sign = a * b > 0 ? 1f : -1f;
        var edge = MathF.Min(MathF.Min(MathF.Abs(a), 0.5f - MathF.Abs(a)), MathF.Min(MathF.Abs(b), 0.5f - MathF.Abs(b))) * 2f;
        return Edge(sign * edge, blur);
    }

    private static float Edge(float distance, float blur) => 1f - Math.Clamp((distance / MathF.Max(blur, 1e-4f)) + 0.5f, 0f, 1f);

    private static float Fraction(float x) => x - MathF.Floor(x);

    private Vector3 Normal(Vector3 p)
    {
        const float e = 0.006f;
        var shape = _thing.Shape;
        var k0 = new Vector3(1, -1, -1);
        var k1 = new Vector3(-1, -1, 1);
        var k2 = new Vector3(-1, 1, -1);
        var n = (k0 * ShapeDistance.At(shape, p + (k0 * e))) + (k1 * ShapeDistance.At(shape, p + (k1 * e)))
            + (k2 * ShapeDistance.At(shape, p + (k2 * e))) + (Vector3.One * ShapeDistance.At(shape, p + new Vector3(e)));
        var length = n.Length();
        return length > 1e-6f ? n / length : _view;
    }
}
