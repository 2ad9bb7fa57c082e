using Silk.NET.Core.Contexts;

namespace Silk.NET.OpenGL;

// One function pointer and one method for each entry point: nothing is marshalled and nothing is allocated.
public unsafe partial class GL
{
    private readonly delegate* unmanaged<TextureUnit, void> _activeTexture;
    private readonly delegate* unmanaged<uint, uint, void> _attachShader;
    private readonly delegate* unmanaged<BufferTargetARB, uint, void> _bindBuffer;
    private readonly delegate* unmanaged<FramebufferTarget, uint, void> _bindFramebuffer;
    private readonly delegate* unmanaged<TextureTarget, uint, void> _bindTexture;
    private readonly delegate* unmanaged<uint, void> _bindVertexArray;
    private readonly delegate* unmanaged<BlendingFactor, BlendingFactor, void> _blendFunc;
    private readonly delegate* unmanaged<BlendingFactor, BlendingFactor, BlendingFactor, BlendingFactor, void> _blendFuncSeparate;
    private readonly delegate* unmanaged<BufferTargetARB, nuint, void*, BufferUsageARB, void> _bufferData;
    private readonly delegate* unmanaged<BufferTargetARB, nint, nuint, void*, void> _bufferSubData;
    private readonly delegate* unmanaged<FramebufferTarget, GLEnum> _checkFramebufferStatus;
    private readonly delegate* unmanaged<ClearBufferMask, void> _clear;
    private readonly delegate* unmanaged<float, float, float, float, void> _clearColor;
    private readonly delegate* unmanaged<nint, SyncObjectMask, ulong, GLEnum> _clientWaitSync;
    private readonly delegate* unmanaged<uint, void> _compileShader;
    private readonly delegate* unmanaged<uint> _createProgram;
    private readonly delegate* unmanaged<ShaderType, uint> _createShader;
    private readonly delegate* unmanaged<uint, void> _deleteProgram;
    private readonly delegate* unmanaged<uint, void> _deleteShader;
    private readonly delegate* unmanaged<nint, void> _deleteSync;
    private readonly delegate* unmanaged<uint, uint, void> _detachShader;
    private readonly delegate* unmanaged<EnableCap, void> _disable;
    private readonly delegate* unmanaged<PrimitiveType, int, uint, void> _drawArrays;
    private readonly delegate* unmanaged<PrimitiveType, int, uint, uint, void> _drawArraysInstanced;
    private readonly delegate* unmanaged<EnableCap, void> _enable;
    private readonly delegate* unmanaged<uint, void> _enableVertexAttribArray;
    private readonly delegate* unmanaged<SyncCondition, SyncBehaviorFlags, nint> _fenceSync;
    private readonly delegate* unmanaged<void> _finish;
    private readonly delegate* unmanaged<void> _flush;
    private readonly delegate* unmanaged<FramebufferTarget, FramebufferAttachment, TextureTarget, uint, int, void> _framebufferTexture2D;
    private readonly delegate* unmanaged<GLEnum> _getError;
    private readonly delegate* unmanaged<StringName, byte*> _getString;
    private readonly delegate* unmanaged<StringName, uint, byte*> _getStringi;
    private readonly delegate* unmanaged<uint, void> _linkProgram;
    private readonly delegate* unmanaged<BufferTargetARB, nint, nuint, MapBufferAccessMask, void*> _mapBufferRange;
    private readonly delegate* unmanaged<PixelStoreParameter, int, void> _pixelStorei;
    private readonly delegate* unmanaged<int, int, uint, uint, PixelFormat, PixelType, void*, void> _readPixels;
    private readonly delegate* unmanaged<TextureTarget, int, InternalFormat, uint, uint, int, PixelFormat, PixelType, void*, void> _texImage2D;
    private readonly delegate* unmanaged<TextureTarget, TextureParameterName, int, void> _texParameteri;
    private readonly delegate* unmanaged<TextureTarget, int, int, int, uint, uint, PixelFormat, PixelType, void*, void> _texSubImage2D;
    private readonly delegate* unmanaged<int, int, void> _uniform1i;
    private readonly delegate* unmanaged<int, float, void> _uniform1f;
    private readonly delegate* unmanaged<int, int, int, void> _uniform2i;
    private readonly delegate* unmanaged<int, float, float, void> _uniform2f;
    private readonly delegate* unmanaged<int, int, int, int, void> _uniform3i;
    private readonly delegate* unmanaged<int, int, int, int, int, void> _uniform4i;
    private readonly delegate* unmanaged<int, float, float, float, float, void> _uniform4f;
    private readonly delegate* unmanaged<BufferTargetARB, byte> _unmapBuffer;
    private readonly delegate* unmanaged<uint, void> _useProgram;
    private readonly delegate* unmanaged<uint, uint, void> _vertexAttribDivisor;
    private readonly delegate* unmanaged<uint, int, VertexAttribIType, uint, void*, void> _vertexAttribIPointer;
    private readonly delegate* unmanaged<int, int, uint, uint, void> _viewport;
    private readonly delegate* unmanaged<uint, uint*, void> _deleteBuffers;
    private readonly delegate* unmanaged<uint, uint*, void> _genBuffers;
    private readonly delegate* unmanaged<uint, uint*, void> _deleteFramebuffers;
    private readonly delegate* unmanaged<uint, uint*, void> _genFramebuffers;
    private readonly delegate* unmanaged<uint, uint*, void> _deleteTextures;
    private readonly delegate* unmanaged<uint, uint*, void> _genTextures;
    private readonly delegate* unmanaged<uint, uint*, void> _deleteVertexArrays;
    private readonly delegate* unmanaged<uint, uint*, void> _genVertexArrays;
    private readonly delegate* unmanaged<GetPName, int*, void> _getIntegerv;
    private readonly delegate* unmanaged<uint, int, byte**, int*, void> _shaderSource;
    private readonly delegate* unmanaged<uint, ShaderParameterName, int*, void> _getShaderiv;
    private readonly delegate* unmanaged<uint, ProgramPropertyARB, int*, void> _getProgramiv;
    private readonly delegate* unmanaged<uint, int, int*, byte*, void> _getShaderInfoLog;
    private readonly delegate* unmanaged<uint, int, int*, byte*, void> _getProgramInfoLog;
    private readonly delegate* unmanaged<uint, byte*, int> _getUniformLocation;

    private GL(INativeContext ctx) : base(ctx)
    {
        _activeTexture = (delegate* unmanaged<TextureUnit, void>)ctx.GetProcAddress("glActiveTexture");
        _attachShader = (delegate* unmanaged<uint, uint, void>)ctx.GetProcAddress("glAttachShader");
        _bindBuffer = (delegate* unmanaged<BufferTargetARB, uint, void>)ctx.GetProcAddress("glBindBuffer");
        _bindFramebuffer = (delegate* unmanaged<FramebufferTarget, uint, void>)ctx.GetProcAddress("glBindFramebuffer");
        _bindTexture = (delegate* unmanaged<TextureTarget, uint, void>)ctx.GetProcAddress("glBindTexture");
        _bindVertexArray = (delegate* unmanaged<uint, void>)ctx.GetProcAddress("glBindVertexArray");
        _blendFunc = (delegate* unmanaged<BlendingFactor, BlendingFactor, void>)ctx.GetProcAddress("glBlendFunc");
        _blendFuncSeparate = (delegate* unmanaged<BlendingFactor, BlendingFactor, BlendingFactor, BlendingFactor, void>)ctx.GetProcAddress("glBlendFuncSeparate");
        _bufferData = (delegate* unmanaged<BufferTargetARB, nuint, void*, BufferUsageARB, void>)ctx.GetProcAddress("glBufferData");
        _bufferSubData = (delegate* unmanaged<BufferTargetARB, nint, nuint, void*, void>)ctx.GetProcAddress("glBufferSubData");
        _checkFramebufferStatus = (delegate* unmanaged<FramebufferTarget, GLEnum>)ctx.GetProcAddress("glCheckFramebufferStatus");
        _clear = (delegate* unmanaged<ClearBufferMask, void>)ctx.GetProcAddress("glClear");
        _clearColor = (delegate* unmanaged<float, float, float, float, void>)ctx.GetProcAddress("glClearColor");
        _clientWaitSync = (delegate* unmanaged<nint, SyncObjectMask, ulong, GLEnum>)ctx.GetProcAddress("glClientWaitSync");
        _compileShader = (delegate* unmanaged<uint, void>)ctx.GetProcAddress("glCompileShader");
        _createProgram = (delegate* unmanaged<uint>)ctx.GetProcAddress("glCreateProgram");
        _createShader = (delegate* unmanaged<ShaderType, uint>)ctx.GetProcAddress("glCreateShader");
        _deleteProgram = (delegate* unmanaged<uint, void>)ctx.GetProcAddress("glDeleteProgram");
        _deleteShader = (delegate* unmanaged<uint, void>)ctx.GetProcAddress("glDeleteShader");
        _deleteSync = (delegate* unmanaged<nint, void>)ctx.GetProcAddress("glDeleteSync");
        _detachShader = (delegate* unmanaged<uint, uint, void>)ctx.GetProcAddress("glDetachShader");
        _disable = (delegate* unmanaged<EnableCap, void>)ctx.GetProcAddress("glDisable");
        _drawArrays = (delegate* unmanaged<PrimitiveType, int, uint, void>)ctx.GetProcAddress("glDrawArrays");
        _drawArraysInstanced = (delegate* unmanaged<PrimitiveType, int, uint, uint, void>)ctx.GetProcAddress("glDrawArraysInstanced");
        _enable = (delegate* unmanaged<EnableCap, void>)ctx.GetProcAddress("glEnable");
        _enableVertexAttribArray = (delegate* unmanaged<uint, void>)ctx.GetProcAddress("glEnableVertexAttribArray");
        _fenceSync = (delegate* unmanaged<SyncCondition, SyncBehaviorFlags, nint>)ctx.GetProcAddress("glFenceSync");
        _finish = (delegate* unmanaged<void>)ctx.GetProcAddress("glFinish");
        _flush = (delegate* unmanaged<void>)ctx.GetProcAddress("glFlush");
        _framebufferTexture2D = (delegate* unmanaged<FramebufferTarget, FramebufferAttachment, TextureTarget, uint, int, void>)ctx.GetProcAddress("glFramebufferTexture2D");
        _getError = (delegate* unmanaged<GLEnum>)ctx.GetProcAddress("glGetError");
        _getString = (delegate* unmanaged<StringName, byte*>)ctx.GetProcAddress("glGetString");
        _getStringi = (delegate* unmanaged<StringName, uint, byte*>)ctx.GetProcAddress("glGetStringi");
        _linkProgram = (delegate* unmanaged<uint, void>)ctx.GetProcAddress("glLinkProgram");
        _mapBufferRange = (delegate* unmanaged<BufferTargetARB, nint, nuint, MapBufferAccessMask, void*>)ctx.GetProcAddress("glMapBufferRange");
        _pixelStorei = (delegate* unmanaged<PixelStoreParameter, int, void>)ctx.GetProcAddress("glPixelStorei");
        _readPixels = (delegate* unmanaged<int, int, uint, uint, PixelFormat, PixelType, void*, void>)ctx.GetProcAddress("glReadPixels");
        _texImage2D = (delegate* unmanaged<TextureTarget, int, InternalFormat, uint, uint, int, PixelFormat, PixelType, void*, void>)ctx.GetProcAddress("glTexImage2D");
        _texParameteri = (delegate* unmanaged<TextureTarget, TextureParameterName, int, void>)ctx.GetProcAddress("glTexParameteri");
        _texSubImage2D = (delegate* unmanaged<TextureTarget, int, int, int, uint, uint, PixelFormat, PixelType, void*, void>)ctx.GetProcAddress("glTexSubImage2D");
        _uniform1i = (delegate* unmanaged<int, int, void>)ctx.GetProcAddress("glUniform1i");
        _uniform1f = (delegate* unmanaged<int, float, void>)ctx.GetProcAddress("glUniform1f");
        _uniform2i = (delegate* unmanaged<int, int, int, void>)ctx.GetProcAddress("glUniform2i");
        _uniform2f = (delegate* unmanaged<int, float, float, void>)ctx.GetProcAddress("glUniform2f");
        _uniform3i = (delegate* unmanaged<int, int, int, int, void>)ctx.GetProcAddress("glUniform3i");
        _uniform4i = (delegate* unmanaged<int, int, int, int, int, void>)ctx.GetProcAddress("glUniform4i");
        _uniform4f = (delegate* unmanaged<int, float, float, float, float, void>)ctx.GetProcAddress("glUniform4f");
        _unmapBuffer = (delegate* unmanaged<BufferTargetARB, byte>)ctx.GetProcAddress("glUnmapBuffer");
        _useProgram = (delegate* unmanaged<uint, void>)ctx.GetProcAddress("glUseProgram");
        _vertexAttribDivisor = (delegate* unmanaged<uint, uint, void>)ctx.GetProcAddress("glVertexAttribDivisor");
        _vertexAttribIPointer = (delegate* unmanaged<uint, int, VertexAttribIType, uint, void*, void>)ctx.GetProcAddress("glVertexAttribIPointer");
        _viewport = (delegate* unmanaged<int, int, uint, uint, void>)ctx.GetProcAddress("glViewport");
        _deleteBuffers = (delegate* unmanaged<uint, uint*, void>)ctx.GetProcAddress("glDeleteBuffers");
        _genBuffers = (delegate* unmanaged<uint, uint*, void>)ctx.GetProcAddress("glGenBuffers");
        _deleteFramebuffers = (delegate* unmanaged<uint, uint*, void>)ctx.GetProcAddress("glDeleteFramebuffers");
        _genFramebuffers = (delegate* unmanaged<uint, uint*, void>)ctx.GetProcAddress("glGenFramebuffers");
        _deleteTextures = (delegate* unmanaged<uint, uint*, void>)ctx.GetProcAddress("glDeleteTextures");
        _genTextures = (delegate* unmanaged<uint, uint*, void>)ctx.GetProcAddress("glGenTextures");
        _deleteVertexArrays = (delegate* unmanaged<uint, uint*, void>)ctx.GetProcAddress("glDeleteVertexArrays");
        _genVertexArrays = (delegate* unmanaged<uint, uint*, void>)ctx.GetProcAddress("glGenVertexArrays");
        _getIntegerv = (delegate* unmanaged<GetPName, int*, void>)ctx.GetProcAddress("glGetIntegerv");
        _shaderSource = (delegate* unmanaged<uint, int, byte**, int*, void>)ctx.GetProcAddress("glShaderSource");
        _getShaderiv = (delegate* unmanaged<uint, ShaderParameterName, int*, void>)ctx.GetProcAddress("glGetShaderiv");
        _getProgramiv = (delegate* unmanaged<uint, ProgramPropertyARB, int*, void>)ctx.GetProcAddress("glGetProgramiv");
        _getShaderInfoLog = (delegate* unmanaged<uint, int, int*, byte*, void>)ctx.GetProcAddress("glGetShaderInfoLog");
        _getProgramInfoLog = (delegate* unmanaged<uint, int, int*, byte*, void>)ctx.GetProcAddress("glGetProgramInfoLog");
        _getUniformLocation = (delegate* unmanaged<uint, byte*, int>)ctx.GetProcAddress("glGetUniformLocation");
    }

    /// <summary>Calls <c>glActiveTexture</c>.</summary>
    public void ActiveTexture(TextureUnit texture) => _activeTexture(texture);

    /// <summary>Calls <c>glAttachShader</c>.</summary>
    public void AttachShader(uint program, uint shader) => _attachShader(program, shader);

    /// <summary>Calls <c>glBindBuffer</c>.</summary>
    public void BindBuffer(BufferTargetARB target, uint buffer) => _bindBuffer(target, buffer);

    /// <summary>Calls <c>glBindFramebuffer</c>.</summary>
    public void BindFramebuffer(FramebufferTarget target, uint framebuffer) => _bindFramebuffer(target, framebuffer);

    /// <summary>Calls <c>glBindTexture</c>.</summary>
    public void BindTexture(TextureTarget target, uint texture) => _bindTexture(target, texture);

    /// <summary>Calls <c>glBindVertexArray</c>.</summary>
    public void BindVertexArray(uint array) => _bindVertexArray(array);

    /// <summary>Calls <c>glBlendFunc</c>.</summary>
    public void BlendFunc(BlendingFactor sfactor, BlendingFactor dfactor) => _blendFunc(sfactor, dfactor);

    /// <summary>Calls <c>glBlendFuncSeparate</c>.</summary>
    public void BlendFuncSeparate(BlendingFactor sfactorRGB, BlendingFactor dfactorRGB, BlendingFactor sfactorAlpha, BlendingFactor dfactorAlpha) => _blendFuncSeparate(sfactorRGB, dfactorRGB, sfactorAlpha, dfactorAlpha);

    /// <summary>Calls <c>glBufferData</c>.</summary>
    public void BufferData(BufferTargetARB target, nuint size, void* data, BufferUsageARB usage) => _bufferData(target, size, data, usage);

    /// <summary>Calls <c>glBufferSubData</c>.</summary>
    public void BufferSubData(BufferTargetARB target, nint offset, nuint size, void* data) => _bufferSubData(target, offset, size, data);

    /// <summary>Calls <c>glCheckFramebufferStatus</c>.</summary>
    public GLEnum CheckFramebufferStatus(FramebufferTarget target) => _checkFramebufferStatus(target);

    /// <summary>Calls <c>glClear</c>.</summary>
    public void Clear(ClearBufferMask mask) => _clear(mask);

    /// <summary>Calls <c>glClearColor</c>.</summary>
    public void ClearColor(float red, float green, float blue, float alpha) => _clearColor(red, green, blue, alpha);

    /// <summary>Calls <c>glClientWaitSync</c>.</summary>
    public GLEnum ClientWaitSync(nint sync, SyncObjectMask flags, ulong timeout) => _clientWaitSync(sync, flags, timeout);

    /// <summary>Calls <c>glCompileShader</c>.</summary>
    public void CompileShader(uint shader) => _compileShader(shader);

    /// <summary>Calls <c>glCreateProgram</c>.</summary>
    public uint CreateProgram() => _createProgram();

    /// <summary>Calls <c>glCreateShader</c>.</summary>
    public uint CreateShader(ShaderType type) => _createShader(type);

    /// <summary>Calls <c>glDeleteProgram</c>.</summary>
    public void DeleteProgram(uint program) => _deleteProgram(program);

    /// <summary>Calls <c>glDeleteShader</c>.</summary>
    public void DeleteShader(uint shader) => _deleteShader(shader);

    /// <summary>Calls <c>glDeleteSync</c>.</summary>
    public void DeleteSync(nint sync) => _deleteSync(sync);

    /// <summary>Calls <c>glDetachShader</c>.</summary>
    public void DetachShader(uint program, uint shader) => _detachShader(program, shader);

    /// <summary>Calls <c>glDisable</c>.</summary>
    public void Disable(EnableCap cap) => _disable(cap);

    /// <summary>Calls <c>glDrawArrays</c>.</summary>
    public void DrawArrays(PrimitiveType mode, int first, uint count) => _drawArrays(mode, first, count);

    /// <summary>Calls <c>glDrawArraysInstanced</c>.</summary>
    public void DrawArraysInstanced(PrimitiveType mode, int first, uint count, uint instancecount) => _drawArraysInstanced(mode, first, count, instancecount);

    /// <summary>Calls <c>glEnable</c>.</summary>
    public void Enable(EnableCap cap) => _enable(cap);

    /// <summary>Calls <c>glEnableVertexAttribArray</c>.</summary>
    public void EnableVertexAttribArray(uint index) => _enableVertexAttribArray(index);

    /// <summary>Calls <c>glFenceSync</c>.</summary>
    public nint FenceSync(SyncCondition condition, SyncBehaviorFlags flags) => _fenceSync(condition, flags);

    /// <summary>Calls <c>glFinish</c>.</summary>
    public void Finish() => _finish();

    /// <summary>Calls <c>glFlush</c>.</summary>
    public void Flush() => _flush();

    /// <summary>Calls <c>glFramebufferTexture2D</c>.</summary>
    public void FramebufferTexture2D(FramebufferTarget target, FramebufferAttachment attachment, TextureTarget textarget, uint texture, int level) => _framebufferTexture2D(target, attachment, textarget, texture, level);

    /// <summary>Calls <c>glGetError</c>.</summary>
    public GLEnum GetError() => _getError();

    /// <summary>Calls <c>glGetString</c>.</summary>
    public byte* GetString(StringName name) => _getString(name);

    /// <summary>Calls <c>glGetStringi</c>.</summary>
    public byte* GetString(StringName name, uint index) => _getStringi(name, index);

    /// <summary>Calls <c>glLinkProgram</c>.</summary>
    public void LinkProgram(uint program) => _linkProgram(program);

    /// <summary>Calls <c>glMapBufferRange</c>.</summary>
    public void* MapBufferRange(BufferTargetARB target, nint offset, nuint length, MapBufferAccessMask access) => _mapBufferRange(target, offset, length, access);

    /// <summary>Calls <c>glPixelStorei</c>.</summary>
    public void PixelStore(PixelStoreParameter pname, int param) => _pixelStorei(pname, param);

    /// <summary>Calls <c>glReadPixels</c>.</summary>
    public void ReadPixels(int x, int y, uint width, uint height, PixelFormat format, PixelType type, void* pixels) => _readPixels(x, y, width, height, format, type, pixels);

    /// <summary>Calls <c>glTexImage2D</c>.</summary>
    public void TexImage2D(TextureTarget target, int level, InternalFormat internalformat, uint width, uint height, int border, PixelFormat format, PixelType type, void* pixels) => _texImage2D(target, level, internalformat, width, height, border, format, type, pixels);

    /// <summary>Calls <c>glTexParameteri</c>.</summary>
    public void TexParameter(TextureTarget target, TextureParameterName pname, int param) => _texParameteri(target, pname, param);

    /// <summary>Calls <c>glTexSubImage2D</c>.</summary>
    public void TexSubImage2D(TextureTarget target, int level, int xoffset, int yoffset, uint width, uint height, PixelFormat format, PixelType type, void* pixels) => _texSubImage2D(target, level, xoffset, yoffset, width, height, format, type, pixels);

    /// <summary>Calls <c>glUniform1i</c>.</summary>
    public void Uniform1(int location, int v0) => _uniform1i(location, v0);

    /// <summary>Calls <c>glUniform1f</c>.</summary>
    public void Uniform1(int location, float v0) => _uniform1f(location, v0);

    /// <summary>Calls <c>glUniform2i</c>.</summary>
    public void Uniform2(int location, int v0, int v1) => _uniform2i(location, v0, v1);

    /// <summary>Calls <c>glUniform2f</c>.</summary>
    public void Uniform2(int location, float v0, float v1) => _uniform2f(location, v0, v1);

    /// <summary>Calls <c>glUniform3i</c>.</summary>
    public void Uniform3(int location, int v0, int v1, int v2) => _uniform3i(location, v0, v1, v2);

    /// <summary>Calls <c>glUniform4i</c>.</summary>
    public void Uniform4(int location, int v0, int v1, int v2, int v3) => _uniform4i(location, v0, v1, v2, v3);

    /// <summary>Calls <c>glUniform4f</c>.</summary>
    public void Uniform4(int location, float v0, float v1, float v2, float v3) => _uniform4f(location, v0, v1, v2, v3);

    /// <summary>Calls <c>glUnmapBuffer</c>.</summary>
    public bool UnmapBuffer(BufferTargetARB target) => _unmapBuffer(target) != 0;

    /// <summary>Calls <c>glUseProgram</c>.</summary>
    public void UseProgram(uint program) => _useProgram(program);

    /// <summary>Calls <c>glVertexAttribDivisor</c>.</summary>
    public void VertexAttribDivisor(uint index, uint divisor) => _vertexAttribDivisor(index, divisor);

    /// <summary>Calls <c>glVertexAttribIPointer</c>.</summary>
    public void VertexAttribIPointer(uint index, int size, VertexAttribIType type, uint stride, void* pointer) => _vertexAttribIPointer(index, size, type, stride, pointer);

    /// <summary>Calls <c>glViewport</c>.</summary>
    public void Viewport(int x, int y, uint width, uint height) => _viewport(x, y, width, height);

    /// <summary>Calls <c>glGenBuffers</c> for one object.</summary>
    public uint GenBuffer()
    {
        uint name;
        _genBuffers(1, &name);
        return name;
    }

    /// <summary>Calls <c>glDeleteBuffers</c> for one object.</summary>
    public void DeleteBuffer(uint buffers) => _deleteBuffers(1, &buffers);

    /// <summary>Calls <c>glGenFramebuffers</c> for one object.</summary>
    public uint GenFramebuffer()
    {
        uint name;
        _genFramebuffers(1, &name);
        return name;
    }

    /// <summary>Calls <c>glDeleteFramebuffers</c> for one object.</summary>
    public void DeleteFramebuffer(uint framebuffers) => _deleteFramebuffers(1, &framebuffers);

    /// <summary>Calls <c>glGenTextures</c> for one object.</summary>
    public uint GenTexture()
    {
        uint name;
        _genTextures(1, &name);
        return name;
    }

    /// <summary>Calls <c>glDeleteTextures</c> for one object.</summary>
    public void DeleteTexture(uint textures) => _deleteTextures(1, &textures);

    /// <summary>Calls <c>glGenVertexArrays</c> for one object.</summary>
    public uint GenVertexArray()
    {
        uint name;
        _genVertexArrays(1, &name);
        return name;
    }

    /// <summary>Calls <c>glDeleteVertexArrays</c> for one object.</summary>
    public void DeleteVertexArray(uint arrays) => _deleteVertexArrays(1, &arrays);
}
