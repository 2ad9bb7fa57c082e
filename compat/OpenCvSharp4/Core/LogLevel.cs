namespace OpenCvSharp;

/// <summary>What OpenCV writes to standard error.</summary>
public enum LogLevel
{
    /// <summary>Nothing.</summary>
    SILENT = 0,

    /// <summary>Fatal errors.</summary>
    FATAL = 1,

    /// <summary>Errors.</summary>
    ERROR = 2,

    /// <summary>Warnings too.</summary>
    WARNING = 3,

    /// <summary>Information too.</summary>
    INFO = 4,

    /// <summary>Debug output too.</summary>
    DEBUG = 5,

    /// <summary>Everything.</summary>
    VERBOSE = 6,
}
