namespace Silk.NET.Windowing;

/// <summary>The graphics API of a window.</summary>
public struct GraphicsAPI
{
    /// <summary>Creates a choice.</summary>
    public GraphicsAPI(ContextAPI api, ContextProfile profile, ContextFlags flags, APIVersion apiVersion)
    {
        API = api;
        Profile = profile;
        Flags = flags;
        Version = apiVersion;
    }

    /// <summary>OpenGL 3.3 core.</summary>
    public static GraphicsAPI Default => new(ContextAPI.OpenGL, ContextProfile.Core, ContextFlags.ForwardCompatible, new APIVersion(3, 3));

    /// <summary>Which API.</summary>
    public ContextAPI API { get; set; }

    /// <summary>Which profile of OpenGL.</summary>
    public ContextProfile Profile { get; set; }

    /// <summary>Options of the context.</summary>
    public ContextFlags Flags { get; set; }

    /// <summary>Lowest version.</summary>
    public APIVersion Version { get; set; }
}
