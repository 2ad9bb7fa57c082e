using System.Numerics;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>The soft ellipse that a thing casts on the ground.</summary>
internal static class GroundShadow
{
    /// <summary>Finds where the shadow of a thing falls.</summary>
    /// <param name="pose">The thing, placed on the screen; receives the shadow's ellipse and strength.</param>
    /// <param name="camera">Where it is looked at from.</param>
    /// <param name="light">What casts the shadow.</param>
    /// <param name="canvas">The picture.</param>
    public static void Place(ref ObjectPose pose, in SceneCamera camera, in SceneLight light, SceneCanvas canvas)
    {
        var reach = pose.Centre.Y / MathF.Max(light.Direction.Y, 0.3f);
        var ground = pose.Centre - (light.Direction * reach);
        ground.Y = 0;
        var (screen, depth) = camera.Project(ground, canvas.Width, canvas.Height);
        var radius = 0.52f * pose.Scale * canvas.Height * camera.Focal / MathF.Max(depth, 0.3f);
        var steepness = Math.Clamp(camera.Position.Y / (ground - camera.Position).Length(), 0.08f, 1f);
        pose.ShadowScreen = screen;
        pose.ShadowRadii = new Vector2(radius * (1f + (0.5f * MathF.Abs(light.Direction.X))), radius * Math.Max(steepness, 0.2f) * (1f + (0.3f * MathF.Abs(light.Direction.Z))));
        pose.ShadowStrength = 0.62f / (1f + (0.7f * MathF.Max(pose.Centre.Y - (0.6f * pose.Scale), 0f)));
    }

    /// <summary>Darkens the ground under a placed shadow.</summary>
    public static void Draw(in ObjectPose pose, SceneCanvas canvas)
    {
        int left = Math.Max((int)(pose.ShadowScreen.X - pose.ShadowRadii.X), 0), right = Math.Min((int)(pose.ShadowScreen.X + pose.ShadowRadii.X) + 1, canvas.Width);
        int top = Math.Max((int)(pose.ShadowScreen.Y - pose.ShadowRadii.Y), 0), bottom = Math.Min((int)(pose.ShadowScreen.Y + pose.ShadowRadii.Y) + 1, canvas.Height);
        for (var y = top; y < bottom; y++)
        {
            for (var x = left; x < right; x++)
            {
                var i = (y * canvas.Width) + x;
                var offset = (new Vector2(x + 0.5f, y + 0.5f) - pose.ShadowScreen) / pose.ShadowRadii;
                var distance = offset.LengthSquared();
                // Shadows lie on the ground, not on what stands behind it.
                if (distance < 1f && (StuffKind)canvas.Labels[i] is not (StuffKind.Sky or StuffKind.Mountain or StuffKind.BrickWall or StuffKind.Hedge))
                {
                    canvas.Light[i] *= 1f - (pose.ShadowStrength * TileableNoise.Step(0f, 0.75f, 1f - distance));
                }
            }
        }
    }
}
