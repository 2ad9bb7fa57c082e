using System.Net;
using System.Net.Sockets;

namespace OpenSegR.Realtime.Tests;

/// <summary>Ports of this machine for servers that tests start.</summary>
internal static class LocalPort
{
    /// <summary>A port that nobody uses.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
