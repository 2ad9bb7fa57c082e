namespace Silk.NET.GLFW;

/// <summary>GLFW refused.</summary>
public class GlfwException : Exception
{
    /// <summary>Creates an error.</summary>
    public GlfwException(string message) : base(message) { }
}
