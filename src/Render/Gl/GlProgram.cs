using Silk.NET.OpenGL;

namespace OpenSegR.Realtime.Render.Gl;

/// <summary>A vertex and a fragment shader, linked, with the places of its uniforms looked up once.</summary>
internal sealed class GlProgram : IDisposable
{
    private static readonly string[] Names =
        [.. Enum.GetNames<Uniform>().Select(static name => char.ToLowerInvariant(name[0]) + name[1..])];

    private readonly GlDevice _device;
    private readonly ShaderFolder _folder;
    private readonly string _vertexFile;
    private readonly string _fragmentFile;
    private readonly int[] _locations = new int[Names.Length];
    private uint _program;
    private int _changesSeen;
    private string _source;

    /// <summary>Compiles and links.</summary>
    /// <param name="device">Device whose context is current.</param>
    /// <param name="folder">Where the files are.</param>
    /// <param name="vertexFile">File of the vertex shader.</param>
    /// <param name="fragmentFile">File of the fragment shader.</param>
    /// <exception cref="SegrException">A file cannot be read or compiled; the message has the compiler's first complaint.</exception>
    public GlProgram(GlDevice device, ShaderFolder folder, string vertexFile, string fragmentFile)
    {
        (_device, _folder, _vertexFile, _fragmentFile) = (device, folder, vertexFile, fragmentFile);
        _changesSeen = folder.Changes;
        var (vertex, fragment) = LoadSources();
        _source = vertex + fragment;
        Use(Link(vertex, fragment));
    }

    /// <summary>Place of a uniform; -1, which OpenGL ignores, where the shader has no use for it.</summary>
    public int this[Uniform uniform] => _locations[(int)uniform];

    /// <summary>Makes it the program that draws.</summary>
    public void Bind() => _device.Gl.UseProgram(_program);

    /// <summary>
    /// Compiles again if files were changed. A version that does not compile is reported, once, and the last good one stays.
    /// </summary>
    public void Refresh(Action<string> report)
    {
        var changes = _folder.Changes;
        if (changes == _changesSeen)
        {
            return;
        }

        _changesSeen = changes;
        try
        {
            var (vertex, fragment) = LoadSources();
            if (vertex + fragment == _source)
            {
                return;
            }

            _source = vertex + fragment;
            Use(Link(vertex, fragment));
        }
        catch (SegrException e)
        {
            report(e.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _device.Gl.DeleteProgram(_program);

    private (string Vertex, string Fragment) LoadSources() =>
        (_folder.Load(_vertexFile, _device.IsEs), _folder.Load(_fragmentFile, _device.IsEs));

    private void Use(uint program)
    {
        if (_program != 0)
        {
            _device.Gl.DeleteProgram(_program);
        }

        _program = program;
        _device.Gl.UseProgram(program);
        for (var i = 0; i < Names.Length; i++)
        {
            _locations[i] = _device.Gl.GetUniformLocation(program, Names[i]);
            if (i < (int)Uniform.FrameSize)
            {
                _device.Gl.Uniform1(_locations[i], i);
            }
        }

        _device.Check("UseProgram");
    }

    private uint Link(string vertexSource, string fragmentSource)
    {
        var gl = _device.Gl;
        var vertex = Compile(ShaderType.VertexShader, _vertexFile, vertexSource);
        uint fragment;
        try
        {
            fragment = Compile(ShaderType.FragmentShader, _fragmentFile, fragmentSource);
        }
        catch (SegrException)
        {
            gl.DeleteShader(vertex);
            throw;
        }

        var program = gl.CreateProgram();
        gl.AttachShader(program, vertex);
        gl.AttachShader(program, fragment);
        gl.LinkProgram(program);
        gl.DetachShader(program, vertex);
        gl.DetachShader(program, fragment);
        gl.DeleteShader(vertex);
        gl.DeleteShader(fragment);
        gl.GetProgram(program, ProgramPropertyARB.LinkStatus, out var linked);
        if (linked == 0)
        {
            var log = gl.GetProgramInfoLog(program);
            gl.DeleteProgram(program);
            throw new SegrException($"the shaders {_vertexFile} and {_fragmentFile} do not link: {FirstLine(log)}");
        }

        return program;
    }

    private uint Compile(ShaderType type, string file, string source)
    {
        var gl = _device.Gl;
        var shader = gl.CreateShader(type);
        gl.ShaderSource(shader, source);
        gl.CompileShader(shader);
        gl.GetShader(shader, ShaderParameterName.CompileStatus, out var compiled);
        if (compiled == 0)
        {
            var log = gl.GetShaderInfoLog(shader);
            gl.DeleteShader(shader);
            throw new SegrException($"the shader {file} does not compile: {FirstLine(log)}");
        }

        return shader;
    }

    private static string FirstLine(string log) => log.Split('\n', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault("no reason given").Trim();
}
