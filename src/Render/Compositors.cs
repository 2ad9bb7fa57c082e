using OpenSegR.Realtime.Render.Cpu;

namespace OpenSegR.Realtime.Render;

/// <summary>Makes compositors.</summary>
public static class Compositors
{
    /// <summary>Makes a compositor without a window.</summary>
    /// <param name="kind">Which one.</param>
    /// <param name="options">How an OpenGL one works, or null for the defaults.</param>
    /// <param name="report">Told, in one line, why there is no OpenGL where it was tried; null for nobody.</param>
    /// <exception cref="InputException"><paramref name="kind"/> is <see cref="CompositorKind.OpenGl"/> and there is none.</exception>
    /// <exception cref="SegrException">A shader does not compile.</exception>
    public static ICompositor Create(CompositorKind kind = CompositorKind.Auto, GlCompositorOptions? options = null, Action<string>? report = null)
    {
        if (kind != CompositorKind.Cpu)
        {
            try
            {
                var compositor = new GlCompositor(options);
                if (kind == CompositorKind.OpenGl || !compositor.IsSoftware)
                {
                    return compositor;
                }

                compositor.Dispose();
            }
            catch (SegrException e) when (kind == CompositorKind.Auto)
            {
                report?.Invoke($"compositing on the CPU: {e.Message}");
            }
        }

        return new CpuCompositor(options?.Palette);
    }
}
