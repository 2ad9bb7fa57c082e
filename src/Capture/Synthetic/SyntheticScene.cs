using System.Numerics;
using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>
/// A synthetic scene: a seed fixes the surroundings, the things, the light and every movement, and any frame can be drawn at any time with its
/// exact labels. Not thread-safe; several scenes may be drawn side by side.
/// </summary>
public sealed class SyntheticScene
{
    /// <summary>Frames per second.</summary>
    public const double FramesPerSecond = 30;

    private const float Shutter = 0.5f;
    private const int RowsPerTask = 16;
    private readonly SceneBackground _background;
    private readonly SceneThing[] _things;
    private readonly ObjectPose[] _poses;
    private readonly int[] _order;
    private readonly ObjectRenderer _renderer = new();
    private readonly BandRunner _bands = new(Environment.ProcessorCount);
    private readonly SceneCanvas _canvas;
    private readonly SceneSensor _sensor;
    private readonly float _height;
    private readonly float _pitch;
    private readonly float _focal;
    private readonly float[] _sway = new float[10];
    private readonly SegmentMotion?[] _motions;
    private readonly Vector3 _sun;
    private readonly Vector3 _ambient;
    private readonly float _azimuth;
    private readonly float _elevation;

    // State of the frame in progress, in fields so that the delegates below are made once and not for every frame.
    private readonly Action<int> _drawBackground;
    private readonly Action<int> _develop;
    private float _seconds;
    private SceneCamera _camera;
    private SceneLight _light;
    private nint _target;
    private FrameFormat _targetFormat;
    private long _index;

    /// <summary>Lays out a scene.</summary>
    /// <param name="seed">Any number; training uses those from <see cref="SyntheticSplits.FirstTrainingSeed"/> on.</param>
    /// <param name="width">Width of the pictures, 32 to 4096 pixels.</param>
    /// <param name="height">Height of the pictures, 32 to 4096 pixels.</param>
    /// <param name="filter">Compositions that the scene may contain.</param>
    /// <exception cref="InputException">A side is out of range.</exception>
    public SyntheticScene(long seed, int width, int height, CompositionFilter filter = CompositionFilter.Any)
        : this(seed, width, height, thing => IsAllowed(thing, filter))
    {
    }

    /// <summary>Lays out a scene of things of one's choice.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="width">Width of the pictures, 32 to 4096 pixels.</param>
    /// <param name="height">Height of the pictures, 32 to 4096 pixels.</param>
    /// <param name="isAllowed">True for the things that may be there. Where it accepts next to none, others are there too.</param>
    /// <exception cref="InputException">A side is out of range.</exception>
    public SyntheticScene(long seed, int width, int height, Predicate<ThingAttributes> isAllowed)
    {
        ArgumentNullException.ThrowIfNull(isAllowed);
        if (width is < 32 or > 4096 || height is < 32 or > 4096)
        {
            throw new InputException($"a synthetic scene of {width}x{height} pixels is not supported: each side must be 32 to 4096");
        }

        Seed = seed;
        _canvas = new SceneCanvas(width, height);
        var random = new SyntheticRandom((ulong)seed * 0xD1342543DE82EF95UL);
        random.NextBits();
        var fromAbove = random.Chance(0.18f);
        _pitch = fromAbove ? random.Next(0.85f, 1.2f) : random.Next(0.14f, 0.5f);
        _height = fromAbove ? random.Next(2.7f, 3.6f) : random.Next(1.35f, 2.1f);
        _focal = random.Next(1f, 1.25f);
        for (var i = 0; i < _sway.Length; i++)
        {
            _sway[i] = random.Next(-1f, 1f);
        }

        HasStillCamera = random.Chance(0.2f);
        if (HasStillCamera)
        {
            Array.Clear(_sway);
        }

        _background = new SceneBackground(ref random, fromAbove);
        _azimuth = random.Next(0, MathF.Tau);
        _elevation = random.Next(0.5f, 1.25f);
        var warmth = random.Next();
        var power = random.Next(0.45f, 1.05f);
        _sun = Vector3.Lerp(new Vector3(1f, 0.97f, 0.92f), new Vector3(1f, 0.8f, 0.58f), warmth * warmth) * power;
        _ambient = Vector3.Lerp(new Vector3(0.42f, 0.46f, 0.55f), new Vector3(0.5f, 0.46f, 0.42f), random.Next()) * random.Next(0.7f, 1.15f);
        var tint = new Vector3(random.Next(0.94f, 1.06f), 1f, random.Next(0.92f, 1.08f));
        _sensor = new SceneSensor(tint, random.Next(0f, 0.3f), random.Next(0.8f, 4.5f), random.NextBits());
        _things = ThingPlacement.Place(ref random, CameraAt(0), _canvas, isAllowed);
        _motions = new SegmentMotion?[_things.Length];
        _poses = new ObjectPose[_things.Length];
        _order = new int[_things.Length];
        Things = [.. _things.Select(static thing => thing.Attributes)];
        _drawBackground = task => _background.Draw(_canvas, _camera, _light, _seconds, FirstRow(task), EndRow(task));
        _develop = Develop;
    }

    /// <summary>What the scene was made from.</summary>
    public long Seed { get; }

    /// <summary>Width of the pictures.</summary>
    public int Width => _canvas.Width;

    /// <summary>Height of the pictures.</summary>
    public int Height => _canvas.Height;

    /// <summary>True where the camera does not move.</summary>
    public bool HasStillCamera { get; }

    /// <summary>The things of the scene, in the order of their segment ids; not all are in view all the time.</summary>
    public IReadOnlyList<ThingAttributes> Things { get; }

    /// <summary>Draws one frame.</summary>
    /// <param name="index">Number of the frame, at <see cref="FramesPerSecond"/>; any order.</param>
    /// <param name="format">Its size must be the scene's.</param>
    /// <param name="pixels">Receives the picture, <see cref="FrameFormat.ByteCount"/> bytes.</param>
    /// <param name="truth">Receives the labels, or null where nobody wants them.</param>
    /// <param name="parallel">Whether to use all processor cores for this one frame.</param>
    /// <exception cref="ArgumentException">The format is not of the scene's size, or <paramref name="pixels"/> is too short.</exception>
    public void Draw(long index, FrameFormat format, Span<byte> pixels, SyntheticFrame? truth, bool parallel = false)
    {
        if (format.Width != Width || format.Height != Height || pixels.Length < format.ByteCount)
        {
            throw new ArgumentException($"the scene draws {Width}x{Height} pixels, the target is {format} with {pixels.Length} bytes", nameof(format));
        }

        _seconds = (float)(index / FramesPerSecond);
        _camera = CameraAt(_seconds);
        _light = LightAt(_seconds);
        Rows(parallel, _drawBackground);
        DrawThings();
        unsafe
        {
            fixed (byte* address = pixels)
            {
                (_target, _targetFormat, _index) = ((nint)address, format, index);
                Rows(parallel, _develop);
            }
        }

        truth?.Fill(_canvas, _things, HasStillCamera ? SegmentMotion.None : null, _motions);
    }

    private void Rows(bool parallel, Action<int> draw)
    {
        var tasks = (Height + RowsPerTask - 1) / RowsPerTask;
        if (parallel)
        {
            _bands.Run(tasks, draw);
            return;
        }

        for (var task = 0; task < tasks; task++)
        {
            draw(task);
        }
    }

    private static int FirstRow(int task) => task * RowsPerTask;

    private int EndRow(int task) => Math.Min((task + 1) * RowsPerTask, Height);

    private unsafe void Develop(int task) => _sensor.Develop(
        _canvas, new Span<byte>((byte*)_target, _targetFormat.ByteCount), _targetFormat.PixelFormat, _light.Exposure, _index, FirstRow(task), EndRow(task));

    private void DrawThings()
    {
        var (seconds, camera, light) = (_seconds, _camera, _light);
        var before = CameraAt(seconds - (float)(1 / FramesPerSecond));
        for (var i = 0; i < _things.Length; i++)
        {
            var pose = _things[i].At(seconds);
            (pose.Screen, pose.Depth) = camera.Project(pose.Centre, Width, Height);
            pose.PixelsPerUnit = Height * camera.Focal * pose.Scale / MathF.Max(pose.Depth, 0.2f);
            var earlier = _things[i].At(seconds - (float)(1 / FramesPerSecond));
            var (earlierScreen, earlierDepth) = before.Project(earlier.Centre, Width, Height);
            pose.ScreenVelocity = pose.Screen - earlierScreen;
            _motions[i] = MotionOf(pose, earlierScreen, Height * before.Focal * earlier.Scale / MathF.Max(earlierDepth, 0.2f));
            if (pose.ScreenVelocity.Length() > 0.2f * Width)
            {
                // The thing has jumped back to the start of its way.
                pose.ScreenVelocity = Vector2.Zero;
                _motions[i] = null;
            }

            GroundShadow.Place(ref pose, camera, light, _canvas);
            _poses[i] = pose;
            _order[i] = i;
        }

        SortFarToNear();
        foreach (var i in _order)
        {
            if (_poses[i].Depth > 0.3f)
            {
                GroundShadow.Draw(_poses[i], _canvas);
            }
        }

        foreach (var i in _order)
        {
            if (_poses[i].Depth > 0.3f)
            {
                _renderer.Draw(
                    _canvas, _things[i].Attributes, _things[i].Look, _poses[i], light, camera.ViewToWorld, (byte)(SyntheticFrame.FirstThingId + i), Shutter);
            }
        }
    }

    /// <summary>The movement of a thing as a shift and a change of size; turning on the spot is none.</summary>
    private static SegmentMotion MotionOf(in ObjectPose pose, Vector2 earlierScreen, float earlierPixelsPerUnit)
    {
        var scale = earlierPixelsPerUnit / pose.PixelsPerUnit;
        var shift = earlierScreen - (scale * pose.Screen);
        const float nothing = 0.01f;
        return pose.ScreenVelocity.Length() < nothing && MathF.Abs(earlierPixelsPerUnit - pose.PixelsPerUnit) < nothing
            ? SegmentMotion.None : new SegmentMotion(scale, shift.X, shift.Y);
    }

    // Insertion sort: a handful of things, and no delegate to allocate.
    private void SortFarToNear()
    {
        for (var i = 1; i < _order.Length; i++)
        {
            var item = _order[i];
            var j = i;
            for (; j > 0 && _poses[_order[j - 1]].Depth < _poses[item].Depth; j--)
            {
                _order[j] = _order[j - 1];
            }

            _order[j] = item;
        }
    }

    private SceneCamera CameraAt(float seconds)
    {
        var pan = 0.55f * _sway[0] * MathF.Sin((seconds * (0.35f + (0.15f * _sway[1]))) + _sway[2]);
        var dolly = 0.35f * _sway[3] * MathF.Sin((seconds * 0.3f) + (3f * _sway[4]));
        var yaw = 0.13f * _sway[5] * MathF.Sin((seconds * 0.42f) + (2f * _sway[6]));
        var zoom = 1f + (0.1f * _sway[7] * MathF.Sin((seconds * 0.5f) + _sway[8]));
        // A hand is never still: a few incommensurable sines of small amplitude.
        var shake = 0.004f * _sway[9];
        var pitch = _pitch + (shake * MathF.Sin(seconds * 5.1f)) + (0.6f * shake * MathF.Sin((seconds * 8.3f) + 1f));
        var roll = (0.02f * _sway[2]) + (shake * MathF.Sin((seconds * 3.7f) + 2f));
        return new SceneCamera(new Vector3(pan, _height, dolly), yaw + (shake * MathF.Sin((seconds * 6.2f) + 4f)), pitch, roll, _focal * zoom);
    }

    private SceneLight LightAt(float seconds)
    {
        var azimuth = _azimuth + (0.06f * seconds);
        var cloud = 0.78f + (0.22f * MathF.Sin((seconds * 0.45f) + _azimuth));
        var direction = new Vector3(
            MathF.Cos(_elevation) * MathF.Sin(azimuth), MathF.Sin(_elevation), -MathF.Abs(MathF.Cos(_elevation) * MathF.Cos(azimuth)));
        var sun = _sun * cloud;
        var exposure = 1.05f + (0.12f * MathF.Sin((seconds * 0.31f) + _pitch));
        return new SceneLight(Vector3.Normalize(direction), sun, _ambient, (_ambient * 0.45f) + (sun * 0.12f), exposure);
    }

    private static bool IsAllowed(ThingAttributes thing, CompositionFilter filter) => filter switch
    {
        CompositionFilter.Seen => !SyntheticSplits.IsHeldOut(thing),
        CompositionFilter.HeldOut => SyntheticSplits.IsHeldOut(thing),
        _ => true,
    };
}
