using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Render.Gl;

namespace OpenSegR.Realtime.Tests;

/// <summary>One compositor without a window for all tests of a class: a context costs more than a test.</summary>
public sealed class Headless : IDisposable
{
    private readonly string? _reason;
    private readonly GlCompositor? _compositor;

    public Headless()
    {
        try
        {
            _compositor = new GlCompositor(new GlCompositorOptions { Latency = 0, CheckCalls = true });
        }
        catch (SegrException e) when (e.Message.StartsWith("no OpenGL", StringComparison.Ordinal))
        {
            _reason = e.Message;
        }
    }

    /// <summary>The compositor; skips the test where there is no OpenGL.</summary>
    public GlCompositor Compositor
    {
        get
        {
            Assert.SkipWhen(_compositor is null, _reason ?? "");
            return _compositor!;
        }
    }

    public static EglContext Context()
    {
        try
        {
            return EglContext.Create();
        }
        catch (SegrException e) when (e.Message.StartsWith("no OpenGL", StringComparison.Ordinal))
        {
            Assert.Skip(e.Message);
            throw;
        }
    }

    public void Dispose() => _compositor?.Dispose();
}
