using System.Numerics;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>What a camera makes of the light: exposure, white balance, vignette, noise, gamma 2, eight bits.</summary>
internal readonly record struct SceneSensor(Vector3 WhiteBalance, float Vignette, float Noise, ulong Seed)
{
    /// <summary>Develops rows of the canvas into a frame's pixels.</summary>
    public void Develop(SceneCanvas canvas, Span<byte> pixels, PixelFormat format, float exposure, long frame, int firstRow, int endRow)
    {
        int width = canvas.Width, height = canvas.Height;
        var gain = new Vector4(WhiteBalance * exposure, 0);
        int red = format == PixelFormat.Rgb24 ? 0 : 2, blue = 2 - red;
        float cx = width * 0.5f, cy = height * 0.5f, norm = 1f / ((cx * cx) + (cy * cy));
        for (var y = firstRow; y < endRow; y++)
        {
            var random = new SyntheticRandom(Seed + ((ulong)frame * 0x9E37UL) + ((ulong)y << 32));
            var row = pixels.Slice(y * width * 3, width * 3);
            for (var x = 0; x < width; x++)
            {
                float dx = x - cx, dy = y - cy;
                var light = canvas.Light[(y * width) + x] * (gain * (1f - (Vignette * ((dx * dx) + (dy * dy)) * norm)));
                // A soft shoulder instead of a hard clip keeps bright surfaces readable.
                light = Vector4.SquareRoot(Vector4.Max(light / (Vector4.One + (light * 0.18f)), Vector4.Zero) * 1.12f) * 255f;
                // Sums of two uniform numbers are close enough to a bell curve for noise of a few grey levels.
                var bits = random.NextBits();
                light += (new Vector4((bits & 0x3FF) + ((bits >> 30) & 0x3FF), ((bits >> 10) & 0x3FF) + ((bits >> 40) & 0x3FF),
                    ((bits >> 20) & 0x3FF) + ((bits >> 50) & 0x3FF), 0) - new Vector4(1023f)) * (Noise / 512f);
                light = Vector4.Clamp(light, Vector4.Zero, new Vector4(255f));
                row[(x * 3) + red] = (byte)light.X;
                row[(x * 3) + 1] = (byte)light.Y;
                row[(x * 3) + blue] = (byte)light.Z;
            }
        }
    }
}
