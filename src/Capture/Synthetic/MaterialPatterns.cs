using System.Numerics;
using static OpenSegR.Realtime.Capture.Synthetic.TileableNoise;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>The look of each material: linear-light colour at a place of its tile, u and v in [0, 1).</summary>
internal static class MaterialPatterns
{
    /// <summary>Colour of one texel.</summary>
    public static Vector3 Texel(StuffKind kind, int variant, float u, float v, uint seed) => kind switch
    {
        StuffKind.Sky => Clouds(u, v, seed),
        StuffKind.Grass => Grass(variant, u, v, seed),
        StuffKind.Water => Water(variant, u, v, seed),
        StuffKind.Sand => Sand(variant, u, v, seed),
        StuffKind.Snow => Snow(u, v, seed),
        StuffKind.Road => Road(variant, u, v, seed),
        StuffKind.BrickWall => Bricks(variant, u, v, seed),
        StuffKind.WoodFloor => Planks(variant, u, v, seed),
        StuffKind.Hedge => Leaves(variant, u, v, seed),
        StuffKind.Paving => Slabs(variant, u, v, seed),
        StuffKind.Carpet => Carpet(variant, u, v, seed),
        StuffKind.Mountain => Rock(variant, u, v, seed),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Linear light of an sRGB colour (gamma 2, the inverse of the sensor's).</summary>
    public static Vector3 Linear(float r, float g, float b)
    {
        var c = new Vector3(r, g, b) / 255f;
        return c * c;
    }

    private static Vector3 Pick(int variant, params ReadOnlySpan<Vector3> colours) => colours[variant % colours.Length];

    // The sky's tile holds cloud cover in x; colour and light come from the scene.
    private static Vector3 Clouds(float u, float v, uint seed) => new(Step(0.45f, 0.75f, Fractal(u, v, 3, 6, seed)));

    private static Vector3 Grass(int variant, float u, float v, uint seed)
    {
        var blades = (0.55f * Value(u * 96, v * 32, 32, seed)) + (0.45f * Value(u * 128, v * 64, 64, seed + 1));
        var patches = Fractal(u, v, 4, 4, seed + 2);
        var fresh = Pick(variant, Linear(96, 158, 52), Linear(84, 146, 66), Linear(122, 160, 58), Linear(70, 128, 44));
        var dry = Linear(150, 152, 70);
        return Vector3.Lerp(fresh, dry, 0.5f * Step(0.5f, 0.9f, patches)) * (0.35f + (0.9f * blades)) * (0.75f + (0.5f * patches));
    }

    private static Vector3 Water(int variant, float u, float v, uint seed)
    {
        var swell = Fractal(u, v, 5, 4, seed);
        var ripple = Value(u * 14, v * 40, 2, seed + 5);
        var deep = Pick(variant, Linear(28, 84, 112), Linear(22, 96, 128), Linear(40, 98, 100), Linear(20, 66, 116));
        var crest = MathF.Pow(Math.Clamp((0.7f * swell) + (0.4f * ripple), 0, 1), 6);
        return (deep * (0.55f + swell)) + (Linear(190, 220, 235) * crest * 1.2f);
    }

    private static Vector3 Sand(int variant, float u, float v, uint seed)
    {
        var warp = Fractal(u, v, 3, 3, seed);
        var dunes = 0.5f + (0.5f * MathF.Sin(((v * 12) + (warp * 2.5f)) * MathF.Tau));
        var grain = Value(u * 128, v * 128, 128, seed + 3);
        var tone = Pick(variant, Linear(222, 196, 142), Linear(232, 206, 160), Linear(206, 176, 120), Linear(216, 184, 140));
        return tone * (0.78f + (0.16f * dunes) + (0.16f * grain) + (0.2f * (warp - 0.5f)));
    }

    private static Vector3 Snow(float u, float v, uint seed)
    {
        var drifts = Fractal(u, v, 3, 4, seed);
        var grain = Value(u * 128, v * 128, 128, seed + 3);
        var sparkle = grain > 0.97f ? 0.12f : 0f;
        return Vector3.Lerp(Linear(196, 208, 228), Linear(250, 251, 253), Step(0.25f, 0.7f, drifts)) * (0.95f + (0.05f * grain) + sparkle);
    }

    private static Vector3 Road(int variant, float u, float v, uint seed)
    {
        var grain = (0.6f * Value(u * 128, v * 128, 128, seed)) + (0.4f * Value(u * 64, v * 64, 64, seed + 1));
        var patches = Fractal(u, v, 3, 3, seed + 2);
        var asphalt = Pick(variant, Linear(84, 84, 88), Linear(70, 70, 74), Linear(98, 96, 96), Linear(78, 80, 86));
        var colour = asphalt * (0.7f + (0.5f * grain) + (0.3f * (patches - 0.5f)));
        var lane = MathF.Abs(u - 0.5f) < 0.018f && v < 0.55f;
        return lane ? Linear(226, 224, 214) * (0.85f + (0.2f * grain)) : colour;
    }

    private static Vector3 Bricks(int variant, float u, float v, uint seed)
    {
        const int rows = 12, columns = 6;
        float y = v * rows;
        var row = (int)y;
        var x = (u * columns) + ((row & 1) * 0.5f);
        var column = (int)MathF.Floor(x) % columns;
        float fx = x - MathF.Floor(x), fy = y - row;
        var edge = MathF.Min(MathF.Min(fx, 1 - fx) * 2f, MathF.Min(fy, 1 - fy));
        var grain = Fractal(u, v, 24, 3, seed);
        var tone = SyntheticRandom.Hash(column, row, seed);
        var brick = Pick(variant, Linear(168, 84, 62), Linear(150, 70, 54), Linear(186, 112, 80), Linear(140, 78, 66));
        brick *= 0.6f + (0.5f * tone) + (0.4f * grain);
        var mortar = Linear(190, 184, 172) * (0.7f + (0.4f * grain));
        return Vector3.Lerp(mortar, brick, Step(0.05f, 0.12f, edge));
    }

    private static Vector3 Planks(int variant, float u, float v, uint seed)
    {
        const int boards = 8;
        var x = u * boards;
        var board = (int)x;
        var shift = SyntheticRandom.Hash(board, 3, seed);
        var along = (v + shift) * 2;
        var piece = (int)MathF.Floor(along) & 1;
        float fx = x - board, fy = along - MathF.Floor(along);
        var grain = Value((u * 96) + (6 * Fractal(u, v, 4, 2, seed + 9)), v * 8, 8, seed + (uint)board);
        var tone = SyntheticRandom.Hash(board, piece, seed + 5);
        var wood = Pick(variant, Linear(176, 122, 72), Linear(150, 98, 56), Linear(198, 150, 98), Linear(128, 82, 50));
        wood *= 0.62f + (0.42f * tone) + (0.3f * grain);
        var gap = MathF.Min(MathF.Min(fx, 1 - fx), MathF.Min(fy, 1 - fy) * 4f);
        return wood * (0.3f + (0.7f * Step(0.0f, 0.05f, gap)));
    }

    private static Vector3 Leaves(int variant, float u, float v, uint seed)
    {
        var nearest = 9f;
        var shade = 0f;
        const int cells = 22;
        float x = u * cells, y = v * cells;
        int cx = (int)x, cy = (int)y;
        for (var j = -1; j <= 1; j++)
        {
            for (var i = -1; i <= 1; i++)
            {
                int gx = (cx + i + cells) % cells, gy = (cy + j + cells) % cells;
                var px = cx + i + SyntheticRandom.Hash(gx, gy, seed);
                var py = cy + j + SyntheticRandom.Hash(gx, gy, seed + 1);
                float dx = x - px, dy = y - py;
                var d = (dx * dx) + (dy * dy);
                if (d < nearest)
                {
                    nearest = d;
                    shade = SyntheticRandom.Hash(gx, gy, seed + 2);
                }
            }
        }

        var depth = Fractal(u, v, 5, 3, seed + 7);
        var leaf = Pick(variant, Linear(52, 104, 40), Linear(40, 92, 46), Linear(76, 112, 40), Linear(44, 84, 52));
        return leaf * (0.25f + (1.0f * shade)) * (1.15f - (0.8f * MathF.Sqrt(nearest))) * (0.5f + depth);
    }

    private static Vector3 Slabs(int variant, float u, float v, uint seed)
    {
        const int rows = 6;
        var y = v * rows;
        var row = (int)y;
        var x = (u * rows) + (SyntheticRandom.Hash(row, 1, seed) * 0.8f);
        var column = (int)MathF.Floor(x) % rows;
        float fx = x - MathF.Floor(x), fy = y - row;
        var edge = MathF.Min(MathF.Min(fx, 1 - fx), MathF.Min(fy, 1 - fy));
        var grain = Fractal(u, v, 16, 4, seed + 4);
        var stone = Pick(variant, Linear(158, 156, 150), Linear(176, 168, 154), Linear(142, 144, 150), Linear(164, 150, 136));
        stone *= 0.68f + (0.3f * SyntheticRandom.Hash(column, row, seed)) + (0.3f * grain);
        return Vector3.Lerp(Linear(78, 76, 70), stone, Step(0.015f, 0.06f, edge));
    }

    private static Vector3 Carpet(int variant, float u, float v, uint seed)
    {
        var weave = 0.5f + (0.25f * MathF.Sin(u * 64 * MathF.Tau)) + (0.25f * MathF.Sin(v * 64 * MathF.Tau));
        var basis = Pick(variant, Linear(120, 34, 44), Linear(44, 58, 104), Linear(126, 108, 84), Linear(64, 88, 84));
        var accent = Pick(variant, Linear(206, 170, 110), Linear(186, 186, 196), Linear(84, 52, 44), Linear(204, 196, 160));
        float fx = MathF.Abs((u * 4 % 1f) - 0.5f), fy = MathF.Abs((v * 4 % 1f) - 0.5f);
        var rhombus = fx + fy;
        var ornament = Math.Max(1 - Step(0.02f, 0.05f, MathF.Abs(rhombus - 0.36f)), 1 - Step(0.1f, 0.14f, rhombus));
        var grain = Value(u * 128, v * 128, 128, seed);
        return Vector3.Lerp(basis, accent, 0.85f * ornament) * (0.62f + (0.3f * weave) + (0.25f * grain));
    }

    private static Vector3 Rock(int variant, float u, float v, uint seed)
    {
        var ridge = 1f - MathF.Abs((2f * Fractal(u, v, 4, 5, seed)) - 1f);
        var detail = Fractal(u, v, 12, 4, seed + 3);
        var rock = Pick(variant, Linear(124, 120, 122), Linear(134, 116, 100), Linear(104, 112, 124), Linear(120, 108, 112));
        return rock * (0.3f + (0.6f * ridge) + (0.5f * (detail - 0.3f)));
    }
}
