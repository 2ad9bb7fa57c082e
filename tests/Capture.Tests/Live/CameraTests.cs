using OpenSegR.Realtime.Capture;

namespace OpenSegR.Realtime.Tests.Capture;

public sealed class CameraTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Cameras_are_listed_by_index_without_their_metadata_nodes()
    {
        Node("video10", "Capture card", "0");
        Node("video0", "Integrated Camera: HD", "0");
        Node("video1", "Integrated Camera: HD", "1");
        Directory.CreateDirectory(_folder["videoX"]);
        var cameras = CameraList.Find(_folder.Path);
        Assert.Equal([new CameraInfo(0, "Integrated Camera: HD", "/dev/video0"), new CameraInfo(10, "Capture card", "/dev/video10")], cameras);
        Assert.Equal("cameras found: 0 (Integrated Camera: HD, /dev/video0), 10 (Capture card, /dev/video10)", CameraList.Describe(cameras));
    }

    [Fact]
    public void A_machine_without_cameras_has_an_empty_list()
    {
        Assert.Empty(CameraList.Find(_folder["missing"]));
        Assert.Equal("no camera was found", CameraList.Describe([]));
    }

    [Fact]
    public void A_missing_camera_is_named_with_those_that_exist_and_an_example()
    {
        if (!OperatingSystem.IsLinux() || File.Exists("/dev/video97"))
        {
            Assert.Skip("this machine has a camera 97, or does not list cameras");
        }

        foreach (var spec in new[] { "camera:97", "97", "/dev/video97", "loop:97" })
        {
            var error = Assert.Throws<InputException>(() => FrameSources.Open(spec));
            Assert.Contains("there is no camera 97", error.Message, StringComparison.Ordinal);
            Assert.Contains("camera:0", error.Message, StringComparison.Ordinal);
            Assert.Contains(CameraList.Describe(CameraList.Find()), error.Message, StringComparison.Ordinal);
        }
    }

    private void Node(string name, string camera, string index)
    {
        var folder = Directory.CreateDirectory(_folder[name]).FullName;
        File.WriteAllText(Path.Combine(folder, "name"), camera + "\n");
        File.WriteAllText(Path.Combine(folder, "index"), index + "\n");
    }
}
