using System.Text.RegularExpressions;

namespace OpenSegR.Realtime.Capture;

/// <summary>Addresses of streams, and how to show them without what is secret in them.</summary>
internal static partial class StreamAddress
{
    private static readonly string[] Schemes = ["rtsp", "rtsps", "rtmp", "rtmps", "http", "https", "udp", "rtp", "srt", "tcp"];

    /// <summary>Whether words are the address of a stream.</summary>
    public static bool IsAddress(string words) =>
        words.IndexOf("://", StringComparison.Ordinal) is > 0 and var end && Schemes.Contains(words[..end], StringComparer.OrdinalIgnoreCase);

    /// <summary>The known beginnings of addresses, for messages.</summary>
    public static string KnownSchemes => string.Join(", ", Schemes);

    /// <summary>The address with user name, password and secret-looking parameters replaced by ***.</summary>
    public static string WithoutSecrets(string address) =>
        SecretParameter().Replace(UserInfo().Replace(address, "$1***@"), "$1***");

    /// <summary>
    /// Whether frames come from an address before they are due: those of a recording, and those of the segments that a playlist names (HLS, DASH).
    /// </summary>
    public static bool ComesAhead(string address, bool isRecording) =>
        address.StartsWith("http", StringComparison.OrdinalIgnoreCase)
        && (isRecording || address.Contains("m3u8", StringComparison.OrdinalIgnoreCase) || address.Contains(".mpd", StringComparison.OrdinalIgnoreCase));

    /// <summary>The host of an address where its name is known to nobody, otherwise null.</summary>
    public static string? UnknownHost(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.HostNameType != UriHostNameType.Dns)
        {
            return null;
        }

        try
        {
            System.Net.Dns.GetHostAddresses(uri.DnsSafeHost);
            return null;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return uri.DnsSafeHost;
        }
    }

    // Up to the last @ before the path: a password may itself contain one.
    [GeneratedRegex("^([A-Za-z][A-Za-z0-9+.-]*://)[^/?#]*@", RegexOptions.CultureInvariant)]
    private static partial Regex UserInfo();

    [GeneratedRegex("([?&][^=&]*(?:pass|pwd|token|key|secret|auth|sig)[^=&]*=)[^&#]*", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SecretParameter();
}
