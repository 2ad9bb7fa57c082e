using System.Runtime.InteropServices;
using System.Text;
using Silk.NET.Core.Contexts;
using Silk.NET.Core.Loader;
using Silk.NET.Core.Native;

namespace Silk.NET.OpenGL;

/// <summary>The OpenGL functions of one context. They act on the context that is current on the calling thread.</summary>
public unsafe partial class GL : NativeAPI
{
    private HashSet<string>? _extensions;
    private delegate* unmanaged<DebugSource, uint, uint, byte*, void> _pushDebugGroup;
    private delegate* unmanaged<void> _popDebugGroup;

    /// <summary>Finds the functions through a context, which should be current.</summary>
    /// <exception cref="SymbolLoadingException">The driver is too old: it lacks a function of OpenGL 3.3.</exception>
    public static GL GetApi(INativeContext ctx) => new(ctx);

    /// <summary>Finds the functions through a context, which should be current.</summary>
    /// <exception cref="SymbolLoadingException">The driver is too old: it lacks a function of OpenGL 3.3.</exception>
    public static GL GetApi(IGLContext ctx) => GetApi((INativeContext)ctx);

    /// <summary>Finds the functions through the context of a window, which should be current.</summary>
    /// <exception cref="InvalidOperationException">The window has no OpenGL context.</exception>
    /// <exception cref="SymbolLoadingException">The driver is too old: it lacks a function of OpenGL 3.3.</exception>
    public static GL GetApi(IGLContextSource contextSource) => GetApi(
        contextSource.GLContext ?? throw new InvalidOperationException("The given IGLContextSource is not configured with a context."));

    /// <inheritdoc/>
    public override bool IsExtensionPresent(string extension)
    {
        if (_extensions is null)
        {
            var count = GetInteger(GetPName.NumExtensions);
            _extensions = new HashSet<string>(StringComparer.Ordinal);
            for (uint i = 0; i < count; i++)
            {
                _extensions.Add(GetStringS(StringName.Extensions, i));
            }
        }

        return _extensions.Contains(extension.StartsWith("GL_", StringComparison.Ordinal) ? extension : "GL_" + extension);
    }

    /// <summary>Calls <c>glGetString</c>; an empty text where it returns null.</summary>
    public string GetStringS(StringName name) => Marshal.PtrToStringUTF8((nint)GetString(name)) ?? "";

    /// <summary>Calls <c>glGetStringi</c>; an empty text where it returns null.</summary>
    public string GetStringS(StringName name, uint index) => Marshal.PtrToStringUTF8((nint)GetString(name, index)) ?? "";

    /// <summary>Calls <c>glGetIntegerv</c> for a single number.</summary>
    public int GetInteger(GetPName pname)
    {
        var value = 0;
        _getIntegerv(pname, &value);
        return value;
    }

    /// <summary>Calls <c>glShaderSource</c> with one text.</summary>
    public void ShaderSource(uint shader, string @string)
    {
        var bytes = Encoding.UTF8.GetBytes(@string);
        fixed (byte* text = bytes)
        {
            var length = bytes.Length;
            _shaderSource(shader, 1, &text, &length);
        }
    }

    /// <summary>Calls <c>glGetShaderiv</c>.</summary>
    public void GetShader(uint shader, ShaderParameterName pname, out int @params)
    {
        fixed (int* p = &@params)
        {
            _getShaderiv(shader, pname, p);
        }
    }

    /// <summary>Calls <c>glGetProgramiv</c>.</summary>
    public void GetProgram(uint program, ProgramPropertyARB pname, out int @params)
    {
        fixed (int* p = &@params)
        {
            _getProgramiv(program, pname, p);
        }
    }

    /// <summary>Calls <c>glGetShaderInfoLog</c>.</summary>
    public string GetShaderInfoLog(uint shader) => InfoLog(shader, _getShaderInfoLog);

    /// <summary>Calls <c>glGetProgramInfoLog</c>.</summary>
    public string GetProgramInfoLog(uint program) => InfoLog(program, _getProgramInfoLog);

    /// <summary>Calls <c>glGetUniformLocation</c>; -1 where the program has no such uniform.</summary>
    public int GetUniformLocation(uint program, string name)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
        {
            return _getUniformLocation(program, text);
        }
    }

    /// <summary>Calls <c>glPushDebugGroup</c>, which OpenGL 4.3 and the extension KHR_debug have.</summary>
    /// <exception cref="SymbolLoadingException">The driver lacks it.</exception>
    public void PushDebugGroup(DebugSource source, uint id, uint length, byte* message)
    {
        if (_pushDebugGroup == null)
        {
            _pushDebugGroup = (delegate* unmanaged<DebugSource, uint, uint, byte*, void>)Context.GetProcAddress("glPushDebugGroup");
        }

        _pushDebugGroup(source, id, length, message);
    }

    /// <summary>Calls <c>glPopDebugGroup</c>, which OpenGL 4.3 and the extension KHR_debug have.</summary>
    /// <exception cref="SymbolLoadingException">The driver lacks it.</exception>
    public void PopDebugGroup()
    {
        if (_popDebugGroup == null)
        {
            _popDebugGroup = (delegate* unmanaged<void>)Context.GetProcAddress("glPopDebugGroup");
        }

        _popDebugGroup();
    }

    private static string InfoLog(uint name, delegate* unmanaged<uint, int, int*, byte*, void> get)
    {
        const int Capacity = 8192;
        var buffer = stackalloc byte[Capacity];
        var length = 0;
        get(name, Capacity, &length, buffer);
        return Encoding.UTF8.GetString(buffer, Math.Clamp(length, 0, Capacity));
    }
}
