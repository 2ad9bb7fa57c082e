using Silk.NET.Core.Contexts;
using Silk.NET.OpenGL;

namespace OpenSegR.Realtime.Render.Gl;

/// <summary>
/// A context and its functions, with what every user of them needs: entering the context, checking calls by name, naming passes for
/// graphics debuggers.
/// </summary>
internal sealed unsafe class GlDevice : IDisposable
{
    private const int OutOfMemory = 0x0505;
    private const int ContextLost = 0x0507;
    private readonly IGLContext _context;
    private readonly bool _ownsContext;
    private readonly bool _hasDebugGroups;
    private readonly uint _vertexArray;
    private readonly delegate* unmanaged<uint> _getResetStatus;

    /// <summary>Creates a device over a context.</summary>
    /// <param name="context">The context.</param>
    /// <param name="ownsContext">True if the device disposes the context.</param>
    /// <param name="checkCalls">True to ask for errors after every named call: for tests and debugging, since it stalls some drivers.</param>
    public GlDevice(IGLContext context, bool ownsContext, bool checkCalls)
    {
        _context = context;
        _ownsContext = ownsContext;
        CheckCalls = checkCalls;
        var mustClear = !context.IsCurrent;
        if (mustClear)
        {
            context.MakeCurrent();
        }

        try
        {
            Gl = GL.GetApi(context);
            Vendor = Gl.GetStringS(StringName.Vendor);
            Renderer = Gl.GetStringS(StringName.Renderer);
            Version = Gl.GetStringS(StringName.Version);
            IsEs = Version.StartsWith("OpenGL ES", StringComparison.Ordinal);
            MaxTextureSize = Gl.GetInteger(GetPName.MaxTextureSize);
            // The name of the function differs on OpenGL ES, where it is an extension only.
            _vertexArray = Gl.GenVertexArray();
            // Core since OpenGL 4.5 and OpenGL ES 3.2; it answers where the context was made to be told.
            foreach (var name in new[] { "glGetGraphicsResetStatus", "glGetGraphicsResetStatusKHR", "glGetGraphicsResetStatusARB", "glGetGraphicsResetStatusEXT" })
            {
                if (_getResetStatus == null && context.TryGetProcAddress(name, out var address))
                {
                    _getResetStatus = (delegate* unmanaged<uint>)address;
                }
            }

            _hasDebugGroups = !IsEs && context.TryGetProcAddress("glPushDebugGroup", out _) && Gl.IsExtensionPresent("GL_KHR_debug");
        }
        finally
        {
            if (mustClear)
            {
                context.Clear();
            }
        }
    }

    /// <summary>The functions.</summary>
    public GL Gl { get; }

    /// <summary>True for OpenGL ES.</summary>
    public bool IsEs { get; }

    /// <summary>Who made the driver.</summary>
    public string Vendor { get; }

    /// <summary>What draws.</summary>
    public string Renderer { get; }

    /// <summary>Version of OpenGL and of the driver.</summary>
    public string Version { get; }

    /// <summary>True where a processor draws instead of a graphics card: Mesa's rasterisers.</summary>
    public bool IsSoftware => Renderer.Contains("llvmpipe", StringComparison.OrdinalIgnoreCase)
        || Renderer.Contains("softpipe", StringComparison.OrdinalIgnoreCase) || Renderer.Contains("swrast", StringComparison.OrdinalIgnoreCase);

    /// <summary>What <see cref="IsSoftware"/> means for whoever would share a GPU's memory with this device.</summary>
    public string SoftwareProblem => $"OpenGL is drawn by the processor ({Renderer})";

    /// <summary>Largest width or height of a texture.</summary>
    public int MaxTextureSize { get; }

    /// <summary>True where named calls are checked.</summary>
    public bool CheckCalls { get; }

    /// <summary>
    /// Draws triangles whose corners come from the vertex index alone. The array of no attributes, without which nothing is drawn, is bound
    /// each time, because the context may be someone else's too.
    /// </summary>
    public void DrawTriangles(int vertices, string call)
    {
        Gl.BindVertexArray(_vertexArray);
        Gl.DrawArrays(PrimitiveType.Triangles, 0, (uint)vertices);
        Check(call);
    }

    /// <summary>Makes the context current until the scope is disposed; does nothing where it is current already.</summary>
    public Scope Enter() => new(_context);

    /// <summary>
    /// Asks, once a picture, whether the device still draws: after a reset of the graphics card every call is ignored without a word.
    /// </summary>
    /// <exception cref="SegrException">It does not.</exception>
    public void ThrowIfLost()
    {
        var reset = _getResetStatus == null ? 0 : _getResetStatus();
        var error = (int)Gl.GetError();
        if (reset != 0 || error == ContextLost)
        {
            throw new SegrException("OpenGL: the graphics card was reset and its pictures are lost; outputs end here. Run it again; '--renderer cpu' draws without it");
        }

        if (error == OutOfMemory)
        {
            throw new SegrException("OpenGL: the graphics card has no memory left; outputs end here. Scale the video down, or draw with '--renderer cpu'");
        }
    }

    /// <summary>Asks for an error of the calls since the last check, where checking is on.</summary>
    /// <param name="call">What was called.</param>
    /// <exception cref="SegrException">There was one.</exception>
    public void Check(string call)
    {
        if (!CheckCalls)
        {
            return;
        }

        var error = Gl.GetError();
        if (error != GLEnum.NoError)
        {
            throw new SegrException($"OpenGL: {call} failed with {error} (0x{(int)error:X4})");
        }
    }

    /// <summary>Gives the calls until the scope is disposed a name that graphics debuggers show.</summary>
    /// <param name="name">ASCII.</param>
    public PassScope Pass(ReadOnlySpan<byte> name)
    {
        if (!_hasDebugGroups)
        {
            return default;
        }

        fixed (byte* text = name)
        {
            Gl.PushDebugGroup(DebugSource.DebugSourceApplication, 0, (uint)name.Length, text);
        }

        return new PassScope(Gl);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsContext)
        {
            // The vertex array goes with its context.
            _context.Dispose();
            return;
        }

        using var scope = Enter();
        Gl.DeleteVertexArray(_vertexArray);
    }

    /// <summary>The time for which the context is current.</summary>
    internal readonly ref struct Scope
    {
        private readonly IGLContext? _entered;

        public Scope(IGLContext context)
        {
            if (!context.IsCurrent)
            {
                context.MakeCurrent();
                _entered = context;
            }
        }

        // Released every time, because the next call may come from another thread and a context is current on one only.
        public void Dispose() => _entered?.Clear();
    }

    /// <summary>The time for which a pass has a name.</summary>
    internal readonly ref struct PassScope(GL? gl)
    {
        public void Dispose() => gl?.PopDebugGroup();
    }
}
