using System.Numerics;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>Which things stand in a scene, and where.</summary>
internal static class ThingPlacement
{
    /// <summary>Finds places on the ground where things are seen whole, apart from one another and neither tiny nor huge.</summary>
    /// <param name="random">Decides; what follows in the scene depends on how much is drawn from it here.</param>
    /// <param name="camera">Where the scene is looked at from at its beginning.</param>
    /// <param name="canvas">The picture.</param>
    /// <param name="isAllowed">True for the things that may be there.</param>
    public static SceneThing[] Place(ref SyntheticRandom random, in SceneCamera camera, SceneCanvas canvas, Predicate<ThingAttributes> isAllowed)
    {
        const float smallest = 0.2f, largest = 0.62f;
        var aspect = canvas.Width / (float)canvas.Height;
        var count = 3 + random.Below(5);
        var things = new List<SceneThing>();
        var placed = new List<(Vector2 Place, float Radius)>();
        for (var attempt = 0; things.Count < count && attempt < 300; attempt++)
        {
            var ray = camera.Ray(random.Next(-0.52f, 0.52f) * aspect, random.Next(-0.5f, 0.38f));
            if (ray.Y > -0.05f)
            {
                continue;
            }

            var distance = camera.Position.Y / -ray.Y;
            var ground = camera.Position + (ray * distance);
            var depth = distance * camera.Focal;
            var size = (SizeKind)random.Below(3);
            var scale = size switch
            {
                SizeKind.Small => random.Next(0.75f, 0.95f),
                SizeKind.Medium => random.Next(0.95f, 1.25f),
                _ => random.Next(1.25f, 1.6f),
            };
            var apparent = camera.Focal * scale / depth;
            if (apparent is < smallest or > largest)
            {
                continue;
            }

            var (screen, _) = camera.Project(ground with { Y = scale * 0.5f }, canvas.Width, canvas.Height);
            screen /= canvas.Height;
            if (placed.Exists(other => (other.Place - screen).Length() < 0.36f * (other.Radius + apparent)))
            {
                continue;
            }

            var attributes = PickAttributes(ref random, isAllowed, size, things);
            placed.Add((screen, apparent));
            things.Add(new SceneThing(attributes, scale, ground, 0.5f * aspect * depth / camera.Focal, ref random));
        }

        return [.. things];
    }

    private static ThingAttributes PickAttributes(
        ref SyntheticRandom random, Predicate<ThingAttributes> isAllowed, SizeKind size, List<SceneThing> others)
    {
        ThingAttributes result;
        var tries = 0;
        do
        {
            var shape = (ShapeKind)random.Below(Enum.GetValues<ShapeKind>().Length);
            var colour = random.Below(SyntheticLexicon.Default.Colours.Count);
            var surface = random.Chance(0.35f) ? SurfaceKind.Plain : (SurfaceKind)random.Below(Enum.GetValues<SurfaceKind>().Length);
            if (others.Count > 0 && random.Chance(0.3f))
            {
                // Neighbours that differ in one respect only are what makes the words matter.
                var twin = others[random.Below(others.Count)].Attributes;
                var change = random.Below(3);
                (shape, colour, surface) = (change == 0 ? shape : twin.Shape, change == 1 ? colour : twin.Colour, change == 2 ? surface : twin.Surface);
            }

            result = new ThingAttributes(shape, colour, surface, size);
        }
        while (!isAllowed(result) && ++tries < 4096);
        return result;
    }
}
