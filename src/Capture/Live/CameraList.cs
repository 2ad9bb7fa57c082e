using System.Globalization;

namespace OpenSegR.Realtime.Capture;

/// <summary>The cameras that the system knows. Only Linux tells them without opening them.</summary>
public static class CameraList
{
    /// <summary>All cameras, by index; empty where there are none or the system does not say.</summary>
    public static IReadOnlyList<CameraInfo> Find() => Find("/sys/class/video4linux");

    /// <summary>The cameras of a folder laid out like /sys/class/video4linux.</summary>
    internal static IReadOnlyList<CameraInfo> Find(string root)
    {
        if (!Directory.Exists(root))
        {
            return [];
        }

        var cameras = new List<CameraInfo>();
        foreach (var folder in Directory.EnumerateDirectories(root, "video*"))
        {
            var name = Path.GetFileName(folder);
            if (!int.TryParse(name.AsSpan("video".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            {
                continue;
            }

            // One device has several nodes; the first delivers pictures, the others describe them.
            if (ReadLine(Path.Combine(folder, "index")) is "" or "0")
            {
                cameras.Add(new CameraInfo(index, ReadLine(Path.Combine(folder, "name")), "/dev/" + name));
            }
        }

        return [.. cameras.OrderBy(c => c.Index)];
    }

    /// <summary>The cameras in words, for messages: "cameras found: 0 (Integrated Camera, /dev/video0)".</summary>
    internal static string Describe(IReadOnlyList<CameraInfo> cameras) => cameras.Count == 0
        ? "no camera was found"
        : "cameras found: " + string.Join(", ", cameras.Select(c => $"{c.Index} ({c.Name}, {c.Device})"));

    private static string ReadLine(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault()?.Trim() ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
