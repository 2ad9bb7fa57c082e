using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace OpenSegR.Realtime.Capture;

/// <summary>Lists Video4Linux devices and asks each what it can do (linux/videodev2.h, VIDIOC_QUERYCAP).</summary>
internal static unsafe partial class CameraProbe
{
    private const int ReadWrite = 2;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int AccessDenied = 13;
    private const int DeviceBusy = 16;
    private const nuint QueryCapabilities = 0x80685600;
    private const uint VideoCapture = 0x1;
    private const uint VideoCaptureMultiplanar = 0x1000;
    private const uint DeviceCapabilitiesValid = 0x80000000;

    /// <summary>The devices named videoN in a folder, in the order of their numbers.</summary>
    /// <param name="devices">Folder of device files, /dev.</param>
    /// <param name="classes">Folder of the kernel's facts about them, /sys/class/video4linux.</param>
    public static IReadOnlyList<CameraDevice> List(string devices, string classes)
    {
        if (!Directory.Exists(devices))
        {
            return [];
        }

        return Directory.EnumerateFiles(devices, "video*")
            .Select(path => (Path: path, Number: Path.GetFileName(path)["video".Length..]))
            .Where(device => int.TryParse(device.Number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(device => (device.Path, Index: int.Parse(device.Number, CultureInfo.InvariantCulture)))
            .OrderBy(device => device.Index)
            .Select(device => Ask(device.Index, device.Path, NameOf(classes, device.Index)))
            .ToArray();
    }

    private static CameraDevice Ask(int index, string path, string name)
    {
        var file = Open(path, ReadWrite | NonBlocking | CloseOnExec);
        if (file < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return new CameraDevice(index, path, name, error switch
            {
                AccessDenied => "permission denied: add your user to the group 'video' and log in again",
                DeviceBusy => "busy: another program uses it",
                _ => Marshal.GetPInvokeErrorMessage(error),
            });
        }

        try
        {
            Capabilities capabilities = default;
            if (Control(file, QueryCapabilities, &capabilities) != 0)
            {
                return new CameraDevice(index, path, name, "not a Video4Linux device");
            }

            var found = (capabilities.All & DeviceCapabilitiesValid) != 0 ? capabilities.Device : capabilities.All;
            var card = Encoding.UTF8.GetString(new ReadOnlySpan<byte>(capabilities.Card, 32)).TrimEnd('\0');
            return new CameraDevice(index, path, card.Length > 0 ? card : name, Judge(found));
        }
        finally
        {
            _ = Close(file);
        }
    }

    /// <summary>Why a device with these capability flags gives no frames; null where it does.</summary>
    internal static string? Judge(uint capabilities) =>
        (capabilities & (VideoCapture | VideoCaptureMultiplanar)) != 0 ? null : "gives no pictures (metadata or output only)";

    private static string NameOf(string classes, int index)
    {
        try
        {
            return File.ReadAllText(Path.Combine(classes, $"video{index}", "name")).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int file, nuint request, Capabilities* argument);

    /// <summary>struct v4l2_capability.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Capabilities
    {
        public fixed byte Driver[16];
        public fixed byte Card[32];
        public fixed byte Bus[32];
        public uint Version;
        public uint All;
        public uint Device;
        public fixed uint Reserved[3];
    }
}
