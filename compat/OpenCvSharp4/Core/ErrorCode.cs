namespace OpenCvSharp;

/// <summary>OpenCV's error codes that the functions of this subset can give.</summary>
public enum ErrorCode
{
    /// <summary>No error.</summary>
    StsOk = 0,

    /// <summary>Unknown or unspecified error.</summary>
    StsError = -2,

    /// <summary>Internal error.</summary>
    StsInternal = -3,

    /// <summary>Out of memory.</summary>
    StsNoMem = -4,

    /// <summary>Bad argument.</summary>
    StsBadArg = -5,

    /// <summary>Bad image size.</summary>
    BadImageSize = -10,

    /// <summary>Bad number of channels.</summary>
    BadNumChannels = -15,

    /// <summary>Bad depth.</summary>
    BadDepth = -17,

    /// <summary>Null pointer.</summary>
    StsNullPtr = -27,

    /// <summary>Incorrect size.</summary>
    StsBadSize = -201,

    /// <summary>Object was not found.</summary>
    StsObjectNotFound = -204,

    /// <summary>Formats of the arguments do not match.</summary>
    StsUnmatchedFormats = -205,

    /// <summary>Bad flag.</summary>
    StsBadFlag = -206,

    /// <summary>Bad format of a mask.</summary>
    StsBadMask = -208,

    /// <summary>Sizes of the arguments do not match.</summary>
    StsUnmatchedSizes = -209,

    /// <summary>The data format is not supported by the function.</summary>
    StsUnsupportedFormat = -210,

    /// <summary>A parameter is out of range.</summary>
    StsOutOfRange = -211,

    /// <summary>Invalid syntax or structure of a parsed file.</summary>
    StsParseError = -212,

    /// <summary>The function or feature is not implemented.</summary>
    StsNotImplemented = -213,

    /// <summary>Assertion failed.</summary>
    StsAssert = -215,
}
