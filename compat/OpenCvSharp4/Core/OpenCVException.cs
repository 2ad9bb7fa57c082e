namespace OpenCvSharp;

/// <summary>An error that OpenCV itself raised (cv::Exception).</summary>
public class OpenCVException : Exception
{
    /// <summary>OpenCV's error code.</summary>
    public ErrorCode Status { get; set; }

    /// <summary>Native function that failed.</summary>
    public string FuncName { get; set; } = "";

    /// <summary>What OpenCV says.</summary>
    public string ErrMsg { get; set; } = "";

    /// <summary>Native source file of the failed check.</summary>
    public string FileName { get; set; } = "";

    /// <summary>Line in <see cref="FileName"/>.</summary>
    public int Line { get; set; }

    /// <summary>Creates the error from OpenCV's fields.</summary>
    public OpenCVException(ErrorCode status, string funcName, string errMsg, string fileName, int line) : base(errMsg)
    {
        Status = status;
        FuncName = funcName;
        ErrMsg = errMsg;
        FileName = fileName;
        Line = line;
    }

    /// <summary>Creates an error with no text.</summary>
    public OpenCVException()
    {
    }

    /// <summary>Creates an error with a text of its own.</summary>
    public OpenCVException(string message) : base(message)
    {
    }

    /// <summary>Creates an error with a text and its cause.</summary>
    public OpenCVException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
