namespace Silk.NET.Windowing;

/// <summary>Version of a graphics API.</summary>
public struct APIVersion
{
    /// <summary>Creates a version.</summary>
    public APIVersion(int majorVersion, int minorVersion)
    {
        MajorVersion = majorVersion;
        MinorVersion = minorVersion;
    }

    /// <summary>First number.</summary>
    public int MajorVersion { get; set; }

    /// <summary>Second number.</summary>
    public int MinorVersion { get; set; }
}
