using OpenSegR.Realtime.Capture;

namespace OpenSegR.Realtime.Tests.Diagnostics;

public sealed class CaptureDiagnosticsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("segr-diagnostics-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ThisMachineIsDescribed()
    {
        var found = CaptureDiagnostics.Probe();
        Assert.Null(found.Problem);
        Assert.Matches(@"^4\.\d+\.\d+", found.OpenCvVersion);
        Assert.Equal(found.Ffmpeg is null, found.FfmpegEncoder is null);
        // These two are built into every FFmpeg.
        Assert.Null(found.Codecs.Single(codec => codec.FourCc == "mp4v").Problem);
        Assert.Null(found.Codecs.Single(codec => codec.FourCc == "MJPG").Problem);
    }

    [Theory]
    [InlineData("none", ".mp4")]
    [InlineData("mp4v", ".unknown")]
    public void ACodecThatDoesNotWorkSaysSo(string code, string extension)
    {
        var check = VideoCodecCheck.Try(_folder, "x", code, extension);
        Assert.False(string.IsNullOrEmpty(check.Problem));
    }

    [Fact]
    public void DevicesAreListedInOrderWithTheirNamesAndProblems()
    {
        foreach (var name in new[] { "video10", "video2", "videox", "video", "audio0" })
        {
            File.WriteAllText(Path.Combine(_folder, name), "");
        }

        var facts = Directory.CreateDirectory(Path.Combine(_folder, "classes", "video2")).FullName;
        File.WriteAllText(Path.Combine(facts, "name"), "Front camera\n");
        var cameras = CameraProbe.List(_folder, Path.Combine(_folder, "classes"));
        Assert.Equal([2, 10], cameras.Select(camera => camera.Index));
        Assert.Equal("Front camera", cameras[0].Name);
        Assert.Equal("", cameras[1].Name);
        Assert.All(cameras, camera => Assert.Equal("not a Video4Linux device", camera.Problem));
        Assert.Empty(CameraProbe.List(Path.Combine(_folder, "no-such-folder"), _folder));
    }

    [Theory]
    [InlineData(0x84200001u, true)]
    [InlineData(0x00201000u, true)]
    [InlineData(0x84A00000u, false)]
    [InlineData(0x00000002u, false)]
    public void OnlyCaptureDevicesArePicked(uint capabilities, bool works)
    {
        Assert.Equal(works, CameraProbe.Judge(capabilities) is null);
    }
}
