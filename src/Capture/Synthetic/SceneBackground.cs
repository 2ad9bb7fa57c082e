using System.Numerics;
using static OpenSegR.Realtime.Capture.Synthetic.TileableNoise;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>The surroundings of a scene: ground of one or two materials, a backdrop, the sky; chosen by seed, drawn for any moment.</summary>
internal sealed class SceneBackground
{
    private static readonly StuffKind[] Grounds =
        [StuffKind.Grass, StuffKind.Water, StuffKind.Sand, StuffKind.Snow, StuffKind.Road, StuffKind.WoodFloor, StuffKind.Paving, StuffKind.Carpet];

    // Combinations that one meets outdoors and indoors: ground, second ground, backdrop (Sky stands for none).
    private static readonly (StuffKind Ground, StuffKind Second, StuffKind Backdrop)[] Themes =
    [
        (StuffKind.Grass, StuffKind.Road, StuffKind.Hedge), (StuffKind.Grass, StuffKind.Water, StuffKind.Mountain),
        (StuffKind.Sand, StuffKind.Water, StuffKind.Sky), (StuffKind.Snow, StuffKind.Road, StuffKind.Mountain),
        (StuffKind.WoodFloor, StuffKind.Carpet, StuffKind.BrickWall), (StuffKind.Paving, StuffKind.Grass, StuffKind.BrickWall),
        (StuffKind.Road, StuffKind.Grass, StuffKind.Sky), (StuffKind.Paving, StuffKind.Water, StuffKind.Hedge),
        (StuffKind.Grass, StuffKind.Sand, StuffKind.Sky), (StuffKind.Carpet, StuffKind.WoodFloor, StuffKind.BrickWall),
    ];

    private readonly StuffKind _ground;
    private readonly StuffKind _second;
    private readonly StuffKind _backdrop;
    private readonly MaterialTexture _groundTexture;
    private readonly MaterialTexture _secondTexture;
    private readonly MaterialTexture _backdropTexture;
    private readonly MaterialTexture _clouds;
    private readonly int _secondMode;
    private readonly float _phase;
    private readonly float _secondA;
    private readonly float _secondB;
    private readonly float _backdropZ;
    private readonly float _backdropHeight;
    private readonly Vector3 _zenith;
    private readonly Vector3 _haze;
    private readonly float _cloudiness;
    private readonly uint _seed;

    /// <summary>Chooses the surroundings.</summary>
    public SceneBackground(ref SyntheticRandom random, bool fromAbove)
    {
        var theme = Themes[random.Below(Themes.Length)];
        var isTheme = random.Chance(0.5f);
        _ground = isTheme ? theme.Ground : Grounds[random.Below(Grounds.Length)];
        _second = isTheme ? theme.Second : Grounds[random.Below(Grounds.Length)];
        StuffKind[] backdrops = [StuffKind.Sky, StuffKind.BrickWall, StuffKind.Hedge, StuffKind.Mountain];
        _backdrop = isTheme ? theme.Backdrop : backdrops[random.Below(backdrops.Length)];
        _groundTexture = MaterialTexture.Get(_ground, random.Below(MaterialTexture.Variants));
        _secondTexture = MaterialTexture.Get(_second, random.Below(MaterialTexture.Variants));
        _backdropTexture = MaterialTexture.Get(_backdrop, random.Below(MaterialTexture.Variants));
        _clouds = MaterialTexture.Get(StuffKind.Sky, random.Below(MaterialTexture.Variants));
        // 0 none, 1 a path away from the camera, 2 a shore across, 3 a patch (a rectangle where it is a carpet).
        _secondMode = _second == _ground || random.Chance(0.3f) ? 0 : _second == StuffKind.Carpet ? 3 : 1 + random.Below(3);
        _phase = random.Next(0, MathF.Tau);
        _secondA = _secondMode == 1 ? random.Next(-1.6f, 1.6f) : fromAbove ? random.Next(1.2f, 2.6f) : random.Next(2.6f, 5.5f);
        _secondB = _secondMode == 1 ? random.Next(0.5f, 1.4f) : random.Next(0.9f, 1.9f);
        _backdropZ = _backdrop == StuffKind.Mountain ? random.Next(22f, 34f) : random.Next(6.2f, 9.5f);
        _backdropHeight = _backdrop switch
        {
            StuffKind.Mountain => random.Next(5f, 10f),
            StuffKind.BrickWall => random.Chance(0.6f) ? 30f : random.Next(2.2f, 3.6f),
            StuffKind.Hedge => random.Chance(0.4f) ? 30f : random.Next(1.8f, 3.4f),
            _ => 0f,
        };
        var warm = random.Next();
        _zenith = Vector3.Lerp(MaterialPatterns.Linear(70, 130, 214), MaterialPatterns.Linear(104, 132, 176), warm);
        _haze = Vector3.Lerp(MaterialPatterns.Linear(196, 216, 238), MaterialPatterns.Linear(242, 206, 172), warm * warm);
        _cloudiness = random.Next(0.1f, 1f);
        _seed = (uint)random.NextBits();
    }

    /// <summary>Draws rows of the background and their labels.</summary>
    public void Draw(SceneCanvas canvas, in SceneCamera camera, in SceneLight light, float seconds, int firstRow, int endRow)
    {
        int width = canvas.Width, height = canvas.Height;
        var inverse = 1f / height;
        var floorLight = (light.Sun * MathF.Max(light.Direction.Y, 0.1f)) + (light.SkyAmbient * 0.9f);
        var wallLight = (light.Sun * Math.Clamp(0.2f - (0.6f * light.Direction.Z), 0.1f, 0.9f)) + (light.SkyAmbient * 0.8f);
        for (var y = firstRow; y < endRow; y++)
        {
            var v = 0.5f - ((y + 0.5f) * inverse);
            for (var x = 0; x < width; x++)
            {
                var ray = camera.Ray((x + 0.5f - (width * 0.5f)) * inverse, v);
                var i = (y * width) + x;
                var toGround = ray.Y < -1e-4f ? camera.Position.Y / -ray.Y : float.MaxValue;
                var toBackdrop = ray.Z > 1e-3f && _backdropHeight > 0 ? (_backdropZ - camera.Position.Z) / ray.Z : float.MaxValue;
                if (toGround < toBackdrop && toGround < 400f)
                {
                    canvas.Light[i] = Ground(camera, ray, toGround, floorLight, light, seconds, inverse, out var kind);
                    canvas.Labels[i] = (byte)kind;
                    continue;
                }

                if (toBackdrop < float.MaxValue)
                {
                    float wx = camera.Position.X + (ray.X * toBackdrop), wy = camera.Position.Y + (ray.Y * toBackdrop);
                    if (wy < BackdropTop(wx))
                    {
                        canvas.Light[i] = Backdrop(wx, wy, toBackdrop, inverse / camera.Focal, wallLight);
                        canvas.Labels[i] = (byte)_backdrop;
                        continue;
                    }
                }

                canvas.Light[i] = Sky(ray, light, seconds);
                canvas.Labels[i] = (byte)StuffKind.Sky;
            }
        }
    }

    private static float TileSize(StuffKind kind) => kind switch
    {
        StuffKind.Water => 6f,
        StuffKind.Sand => 4f,
        StuffKind.Snow => 5f,
        StuffKind.Mountain => 14f,
        StuffKind.BrickWall => 2.4f,
        StuffKind.WoodFloor or StuffKind.Carpet or StuffKind.Hedge => 2.5f,
        _ => 3f,
    };

    private Vector4 Ground(
        in SceneCamera camera, Vector3 ray, float distance, Vector3 received, in SceneLight light, float seconds, float pixel, out StuffKind kind)
    {
        float x = camera.Position.X + (ray.X * distance), z = camera.Position.Z + (ray.Z * distance);
        var isSecond = IsSecond(x, z);
        kind = isSecond ? _second : _ground;
        var texture = isSecond ? _secondTexture : _groundTexture;
        var scale = 1f / TileSize(kind);
        // The pixel's trace on the ground is long and narrow; a size between its two sides keeps detail without shimmer.
        var across = distance * pixel;
        var along = across * MathF.Sqrt(camera.Focal * camera.Focal / MathF.Max(ray.Y * ray.Y, 1e-4f));
        var footprint = ((0.55f * across) + (0.45f * along)) * scale;
        Vector4 colour;
        if (kind == StuffKind.Water)
        {
            var a = texture.Sample((x * scale) + (0.02f * seconds), (z * scale) + (0.05f * seconds), footprint);
            var b = texture.Sample((x * scale * 1.7f) - (0.035f * seconds) + 0.37f, (z * scale * 1.7f) + (0.03f * seconds), footprint * 1.7f);
            var grazing = 1f - Math.Clamp(-ray.Y / ray.Length(), 0f, 1f);
            colour = Vector4.Lerp((a + b) * 0.5f, new Vector4(_haze, 0) * 0.9f, 0.55f * grazing * grazing * grazing);
        }
        else
        {
            colour = texture.Sample(x * scale, z * scale, footprint);
        }

        var fog = 1f - MathF.Exp(-0.012f * distance * camera.Focal);
        return Vector4.Lerp(colour * new Vector4(received, 0), new Vector4(_haze * light.SkyAmbient * 1.6f, 0), fog);
    }

    private bool IsSecond(float x, float z)
    {
        switch (_secondMode)
        {
            case 1:
                return MathF.Abs(x - _secondA - (0.5f * MathF.Sin((z * 0.6f) + _phase))) < _secondB;
            case 2:
                return z > _secondA + (0.25f * MathF.Sin((x * 1.3f) + _phase)) + (0.12f * MathF.Sin((x * 3.7f) + (2f * _phase)));
            case 3:
                float dx = (x - (1.2f * MathF.Sin(_phase))) / _secondB, dz = (z - _secondA) / (_secondB * 0.8f);
                if (_second == StuffKind.Carpet)
                {
                    return MathF.Max(MathF.Abs(dx), MathF.Abs(dz)) < 1f;
                }

                return MathF.Sqrt((dx * dx) + (dz * dz)) < 1f + (0.15f * MathF.Sin((5f * MathF.Atan2(dz, dx)) + _phase));
            default:
                return false;
        }
    }

    private float BackdropTop(float x) => _backdrop switch
    {
        StuffKind.Mountain => _backdropHeight * (0.25f + (0.75f * Fractal((x / 90f) + 11.5f - MathF.Floor((x / 90f) + 11.5f), 0.3f, 6, 5, _seed))),
        StuffKind.Hedge => _backdropHeight + (0.25f * (Value((x * 5) + 200, 0.5f, 1024, _seed) - 0.5f)),
        _ => _backdropHeight,
    };

    private Vector4 Backdrop(float x, float y, float distance, float pixel, Vector3 received)
    {
        var scale = 1f / TileSize(_backdrop);
        var colour = _backdropTexture.Sample(x * scale, y * scale, distance * pixel * scale);
        var shade = 0.7f + (0.3f * Step(0f, 1.2f, y));
        if (_backdrop == StuffKind.Mountain)
        {
            // Snow on the tops, haze in front.
            colour = Vector4.Lerp(colour, new Vector4(0.9f, 0.92f, 0.96f, 0), Step(0.55f, 0.8f, y / _backdropHeight));
            return Vector4.Lerp(colour * new Vector4(received, 0), new Vector4(_haze, 0), 0.12f);
        }

        return colour * new Vector4(received * shade, 0);
    }

    private Vector4 Sky(Vector3 ray, in SceneLight light, float seconds)
    {
        var direction = Vector3.Normalize(ray);
        var elevation = Math.Clamp(direction.Y, 0f, 1f);
        var colour = Vector3.Lerp(_haze, _zenith, MathF.Sqrt(elevation));
        var plane = 0.35f / (elevation + 0.18f);
        var cover = _clouds.Sample((direction.X * plane) + (0.004f * seconds), (direction.Z * plane) + (0.002f * seconds), 0.012f * plane).X;
        colour = Vector3.Lerp(colour, new Vector3(0.95f, 0.95f, 0.97f), cover * _cloudiness);
        var sun = Math.Clamp(Vector3.Dot(direction, light.Direction), 0f, 1f);
        colour += light.Sun * (0.25f * MathF.Pow(sun, 60f));
        return new Vector4(colour * (0.35f + (0.75f * light.SkyAmbient.Y)), 0);
    }
}
