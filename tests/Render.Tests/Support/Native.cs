using System.Runtime.InteropServices;

namespace OpenSegR.Realtime.Tests;

internal static partial class Native
{
    /// <summary>Sets a variable for native code too, which does not see what .NET sets.</summary>
    public static void SetEnvironment(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        Assert.Equal(0, setenv(name, value, 1));
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
