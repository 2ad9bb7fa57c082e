using System.Runtime.CompilerServices;

namespace OpenSegR.Realtime.Tests;

/// <summary>Keeps the tests out of the user's cache.</summary>
internal static class TestCache
{
    [ModuleInitializer]
    internal static void UseOwnFolder()
    {
        var folder = Directory.CreateTempSubdirectory("segr-test-cache-").FullName;
        Environment.SetEnvironmentVariable("SEGR_CACHE", folder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
    }
}
