using OpenSegR.Realtime.Inference.Gpu;
using OpenSegR.Realtime.Render.Gl;
using Silk.NET.Core.Loader;

namespace OpenSegR.Realtime.Render;

/// <summary>What there is to draw with on this machine.</summary>
/// <param name="IsAvailable">True where OpenGL can be used.</param>
/// <param name="Vendor">Who made the driver; empty where there is none.</param>
/// <param name="Renderer">What draws, for example a graphics card or "llvmpipe"; empty where there is none.</param>
/// <param name="Version">Version of OpenGL and of the driver; empty where there is none.</param>
/// <param name="Platform">How the context was found: "device 0", "surfaceless" or "default display"; empty where there is none.</param>
/// <param name="IsSoftware">True where a processor draws instead of a graphics card.</param>
/// <param name="MaxTextureSize">Largest width and height of a video; 0 where there is no OpenGL.</param>
/// <param name="Problem">Why there is none, in one line; null where there is one.</param>
/// <param name="SharingProblem">Why it cannot draw what an NVIDIA GPU has in its memory, in one line; null where it can.</param>
public sealed record RenderDiagnostics(
    bool IsAvailable, string Vendor, string Renderer, string Version, string Platform, bool IsSoftware, int MaxTextureSize, string? Problem,
    string? SharingProblem)
{
    /// <summary>Creates a context, asks it, and destroys it. Never throws for want of OpenGL.</summary>
    public static RenderDiagnostics Probe()
    {
        try
        {
            using var context = EglContext.Create();
            using var device = new GlDevice(context, ownsContext: false, checkCalls: false);
            using var scope = device.Enter();
            return new RenderDiagnostics(
                true, device.Vendor, device.Renderer, device.Version, context.Platform, device.IsSoftware, device.MaxTextureSize, null,
                device.IsSoftware ? device.SoftwareProblem : GpuSharing.FindProblem());
        }
        catch (Exception e) when (e is SegrException or SymbolLoadingException)
        {
            return new RenderDiagnostics(false, "", "", "", "", false, 0, e.Message, "there is no OpenGL");
        }
    }
}
