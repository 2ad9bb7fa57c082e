namespace Silk.NET.OpenGL;

/// <summary>Values that functions return.</summary>
public enum GLEnum : int
{
    /// <summary>GL_NO_ERROR.</summary>
    NoError = 0,

    /// <summary>GL_INVALID_ENUM.</summary>
    InvalidEnum = 0x0500,

    /// <summary>GL_INVALID_VALUE.</summary>
    InvalidValue = 0x0501,

    /// <summary>GL_INVALID_OPERATION.</summary>
    InvalidOperation = 0x0502,

    /// <summary>GL_OUT_OF_MEMORY.</summary>
    OutOfMemory = 0x0505,

    /// <summary>GL_INVALID_FRAMEBUFFER_OPERATION.</summary>
    InvalidFramebufferOperation = 0x0506,

    /// <summary>GL_CONTEXT_LOST.</summary>
    ContextLost = 0x0507,

    /// <summary>GL_FRAMEBUFFER_COMPLETE.</summary>
    FramebufferComplete = 0x8CD5,

    /// <summary>GL_ALREADY_SIGNALED.</summary>
    AlreadySignaled = 0x911A,

    /// <summary>GL_TIMEOUT_EXPIRED.</summary>
    TimeoutExpired = 0x911B,

    /// <summary>GL_CONDITION_SATISFIED.</summary>
    ConditionSatisfied = 0x911C,

    /// <summary>GL_WAIT_FAILED.</summary>
    WaitFailed = 0x911D,
}
