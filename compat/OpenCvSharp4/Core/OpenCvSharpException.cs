namespace OpenCvSharp;

/// <summary>An error of this wrapper, not of OpenCV.</summary>
public class OpenCvSharpException : Exception
{
    /// <summary>Creates an error with no text.</summary>
    public OpenCvSharpException()
    {
    }

    /// <summary>Creates an error with a text.</summary>
    public OpenCvSharpException(string message) : base(message)
    {
    }

    /// <summary>Creates an error with a text and its cause.</summary>
    public OpenCvSharpException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
