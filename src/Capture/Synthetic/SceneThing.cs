using System.Numerics;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>One thing of a scene: what it is and how it moves. Its pose at any moment follows from the time alone.</summary>
internal sealed class SceneThing
{
    private enum Motion
    {
        Still,
        Crossing,
        Bouncing,
        Circling,
    }

    private readonly Motion _motion;
    private readonly Vector3 _anchor;
    private readonly float _reach;
    private readonly float _period;
    private readonly float _phase;
    private readonly float _direction;
    private readonly float _yaw;
    private readonly float _swing;
    private readonly float _tilt;

    /// <summary>Chooses look and movement of a thing that stands at a place of the ground.</summary>
    /// <param name="attributes">What it is.</param>
    /// <param name="scale">Diameter in world units.</param>
    /// <param name="ground">Where it stands.</param>
    /// <param name="viewReach">Half the width of the view there, in world units.</param>
    /// <param name="random">Source of the choices.</param>
    public SceneThing(ThingAttributes attributes, float scale, Vector3 ground, float viewReach, ref SyntheticRandom random)
    {
        Attributes = attributes;
        Scale = scale;
        _anchor = ground with { Y = -ShapeDistance.Base(attributes.Shape) * scale };
        var kind = random.Next();
        _motion = kind < 0.4f ? Motion.Still : kind < 0.68f ? Motion.Crossing : kind < 0.86f ? Motion.Bouncing : Motion.Circling;
        _reach = _motion == Motion.Crossing ? viewReach + scale + 0.8f : random.Next(0.15f, 0.55f);
        _period = _motion == Motion.Crossing ? random.Next(5f, 11f) : random.Next(1.4f, 4f);
        _phase = random.Next();
        _direction = random.Sign();
        var limit = ShapeDistance.IsFlat(attributes.Shape) || attributes.Shape == ShapeKind.Mug ? 0.55f : MathF.PI;
        _yaw = random.Next(-limit, limit);
        _swing = random.Next(0.05f, 0.4f);
        _tilt = random.Next(-0.16f, 0.16f);
        Look = MakeLook(attributes, ref random);
    }

    /// <summary>What it is.</summary>
    public ThingAttributes Attributes { get; }

    /// <summary>Diameter in world units.</summary>
    public float Scale { get; }

    /// <summary>Colours and pattern.</summary>
    public ObjectLook Look { get; }

    /// <summary>Pose at a moment.</summary>
    public ObjectPose At(float seconds)
    {
        var cycle = (seconds / _period) + _phase;
        var place = _anchor;
        var roll = 0f;
        switch (_motion)
        {
            case Motion.Crossing:
                var way = ((2f * (cycle - MathF.Floor(cycle))) - 1f) * _reach * _direction;
                // The way leads around the view's centre, not around the anchor, so that the jump back happens out of sight.
                place.X = way;
                roll = way / (0.5f * Scale);
                break;
            case Motion.Bouncing:
                place.Y += MathF.Abs(MathF.Sin(cycle * MathF.PI)) * _reach;
                break;
            case Motion.Circling:
                var (sin, cos) = MathF.SinCos(cycle * MathF.Tau * 0.5f);
                place += new Vector3(cos * _reach, 0, sin * _reach * 0.5f);
                break;
        }

        var yaw = _yaw + (_swing * MathF.Sin((seconds * 0.9f) + (_phase * MathF.Tau)));
        var tilt = _tilt * MathF.Cos((seconds * 0.7f) + _phase);
        var turn = Matrix4x4.CreateRotationY(yaw) * Matrix4x4.CreateRotationZ(tilt);
        if (_motion == Motion.Crossing && Attributes.Shape is ShapeKind.Ball or ShapeKind.Ring or ShapeKind.Disc)
        {
            turn *= Matrix4x4.CreateRotationZ(roll);
        }

        return new ObjectPose { Centre = place, Scale = Scale, ToObject = turn };
    }

    private static ObjectLook MakeLook(ThingAttributes attributes, ref SyntheticRandom random)
    {
        var entry = SyntheticLexicon.Default.Colours[attributes.Colour];
        var rgb = entry.Rgb;
        var jitter = new Vector3(random.Next(-16, 16), random.Next(-16, 16), random.Next(-16, 16));
        var bright = random.Next(0.88f, 1.1f);
        var colour = MaterialPatterns.Linear(
            Math.Clamp((rgb[0] * bright) + jitter.X, 6, 255), Math.Clamp((rgb[1] * bright) + jitter.Y, 6, 255), Math.Clamp((rgb[2] * bright) + jitter.Z, 6, 255));
        // The second colour is always white or nearly black, whichever is farther, so that it never names another colour.
        var luminance = (0.3f * rgb[0]) + (0.59f * rgb[1]) + (0.11f * rgb[2]);
        var second = luminance > 165 || (luminance > 90 && random.Chance(0.25f)) ? MaterialPatterns.Linear(34, 32, 36) : MaterialPatterns.Linear(240, 238, 232);
        var frequency = attributes.Surface switch
        {
            SurfaceKind.Striped => random.Next(3.2f, 4.6f),
            SurfaceKind.Dotted => random.Next(3.4f, 4.6f),
            _ => random.Next(4.2f, 5.6f),
        };
        var angle = random.Chance(0.6f) ? random.Next(-0.25f, 0.25f) : random.Next(-1.6f, 1.6f);
        var axis = new Vector3(MathF.Sin(angle), MathF.Cos(angle), 0.12f);
        return new ObjectLook(colour, second, frequency, Vector3.Normalize(axis), random.Next(0f, 0.7f), (uint)random.NextBits());
    }
}
