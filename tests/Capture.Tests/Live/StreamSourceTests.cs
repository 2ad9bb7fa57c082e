using System.Collections.Concurrent;
using System.Diagnostics;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Capture;

/// <summary>Real streams over the loopback interface.</summary>
public sealed class StreamSourceTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private static readonly FrameFormat Format = new(192, 128);
    private readonly TempFolder _folder = new();
    private readonly FramePool _pool = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Streams => new()
    {
        { "udp://127.0.0.1:{0}", "-c:v mpeg2video -q:v 3 -g 10 -f mpegts udp://127.0.0.1:{0}?pkt_size=1316" },
        { "http://127.0.0.1:{0}/live.mjpg", "-c:v mjpeg -q:v 3 -f mpjpeg -listen 1 http://127.0.0.1:{0}/live.mjpg" },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_stream_is_read_and_found_again_after_its_server_died(string address, string output)
    {
        Tools.Write(_folder["v.mp4"], Format, 100, 25);
        var port = LocalPort.Free();
        address = string.Format(System.Globalization.CultureInfo.InvariantCulture, address, port);
        output = string.Format(System.Globalization.CultureInfo.InvariantCulture, output, port);
        var status = new ConcurrentQueue<string?>();
        var options = Impatient(status);

        var server = StreamServer.Start(_folder["v.mp4"], output.Split(' '));
        using var source = OpenWhenReady(address, options);
        Assert.Equal((Format, true), (source.Info.Format, source.Info.IsLive));
        ReadSome(source, 20);

        server.Dispose();
        Assert.True(ReadUntil(source, () => status.Any(s => s is not null)), "the loss was not noticed");
        Assert.Contains(address, status.First(s => s is not null)!, StringComparison.Ordinal);

        using var again = StreamServer.Start(_folder["v.mp4"], output.Split(' '));
        Assert.True(ReadUntil(source, () => status.Last() is null), "the stream was not found again");
        ReadSome(source, 20);
    }

    [Fact]
    public void A_stream_that_changes_its_size_is_read_on_in_the_new_size()
    {
        var second = new FrameFormat(96, 64);
        var stream = new MemoryStream();
        foreach (var (format, name) in new[] { (Format, "a"), (second, "b") })
        {
            // Long enough to be found out about before the next change.
            Tools.Write(_folder[$"{name}.mp4"], format, 200, 25);
            Tools.Ffmpeg($"-i {_folder[$"{name}.mp4"]} -c:v mpeg2video -q:v 3 -g 10 -f mpegts {_folder[$"{name}.ts"]}");
            stream.Write(File.ReadAllBytes(_folder[$"{name}.ts"]));
        }

        File.WriteAllBytes(_folder["both.ts"], stream.ToArray());
        var address = $"udp://127.0.0.1:{LocalPort.Free()}";
        using var server = StreamServer.Start(_folder["both.ts"], "-c:v", "copy", "-f", "mpegts", $"{address}?pkt_size=1316");
        using var source = OpenWhenReady(address, Impatient(null));
        var seen = new HashSet<FrameFormat>();
        Assert.True(ReadUntil(source, () => seen.Count == 2, frame =>
        {
            // What OpenCV makes of pictures of another size than it expects is not readable.
            Assert.InRange(FrameCode.Read(frame), 0, 199);
            seen.Add(frame.Format);
        }));
        Assert.Equal([second, Format], seen.OrderBy(f => f.Width));
    }

    [Fact]
    public void A_stream_that_falls_silent_is_lost_after_the_time_out()
    {
        Tools.Write(_folder["v.mp4"], Format, 100, 25);
        var status = new ConcurrentQueue<string?>();
        var address = $"http://127.0.0.1:{LocalPort.Free()}/live.mjpg";
        using var server = StreamServer.ServeHttp(_folder["v.mp4"], address);
        using var source = OpenWhenReady(address, Impatient(status));
        ReadSome(source, 5);
        server.Freeze();
        Assert.True(ReadUntil(source, () => status.Any(s => s is not null)), "the silence was not noticed");
        Assert.StartsWith($"{address} is lost; attempt 1 to reconnect in ", status.First(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_newest_frame_is_not_held_back_until_others_have_come()
    {
        Tools.Write(_folder["v.mp4"], Format, 100, 25);
        Tools.Ffmpeg($"-i {_folder["v.mp4"]} -c:v libx264 -tune zerolatency -x264-params sliced-threads=0 -live 1 {_folder["v.mkv"]}");
        using var server = new HttpFolder(_folder.Path, endless: "v.mkv");
        using var source = new StreamSource(server.AddressOf("v.mkv"), new FrameSourceOptions { OpenTimeout = Limit, ReadTimeout = 2 * Limit });
        var newest = -1;
        Assert.True(ReadUntil(source, () => newest == 99, frame => newest = FrameCode.Read(frame)), $"frame 99 has come, but the newest is {newest}");
    }

    [Theory]
    [InlineData("live.m3u8", "-c copy -f hls -hls_time 1 -hls_flags omit_endlist")]
    [InlineData("recorded.mp4", "-c copy -movflags +faststart")]
    public void What_comes_ahead_of_its_time_is_played_at_its_speed(string name, string how)
    {
        Tools.Write(_folder["v.mp4"], Format, 75, 25);
        Tools.Ffmpeg($"-i {_folder["v.mp4"]} -c:v libx264 -g 25 {_folder["w.mp4"]}");
        Tools.Ffmpeg($"-i {_folder["w.mp4"]} {how} {_folder[name]}");
        using var server = new HttpFolder(_folder.Path);
        using var source = new StreamSource(server.AddressOf(name), new FrameSourceOptions { OpenTimeout = Limit, ReadTimeout = Limit });
        var seen = new List<(int Number, long Us)>();
        Assert.True(ReadUntil(source, () => seen.Count > 0 && seen[^1].Number >= 70, frame => seen.Add((FrameCode.Read(frame), frame.TimestampUs))));
        Assert.True(seen[^1].Us - seen[0].Us >= (seen[^1].Number - seen[0].Number - 1) * 40_000L, $"{seen[0]} to {seen[^1]}");
        Assert.True(seen[0].Number < 35, "its beginning was passed over");
    }

    [Fact]
    public void A_server_that_answers_nothing_is_given_up_in_time()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var address = $"http://127.0.0.1:{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}/live.mjpg";
        var clock = Stopwatch.StartNew();
        Assert.ThrowsAny<InputException>(() => new StreamSource(address, new FrameSourceOptions { OpenTimeout = TimeSpan.FromSeconds(2) }));
        Assert.True(clock.Elapsed < Limit);
    }

    [Fact]
    public void Nothing_there_is_an_error_in_time_that_hides_the_password()
    {
        var address = $"http://me:top@secret@127.0.0.1:{LocalPort.Free()}/live?token=hidden&q=1";
        var clock = Stopwatch.StartNew();
        var error = Assert.ThrowsAny<InputException>(() => new StreamSource(address, new FrameSourceOptions { OpenTimeout = TimeSpan.FromSeconds(5) }));
        Assert.True(clock.Elapsed < Limit);
        Assert.Contains("http://***@127.0.0.1", error.Message, StringComparison.Ordinal);
        foreach (var secret in new[] { "me:", "top", "secret", "hidden" })
        {
            Assert.DoesNotContain(secret, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("rtsp://cam.local/1", "rtsp://cam.local/1")]
    [InlineData("rtsp://u:p@cam.local:554/1?x=@", "rtsp://***@cam.local:554/1?x=@")]
    [InlineData("https://h/a?apikey=1&b=2", "https://h/a?apikey=***&b=2")]
    [InlineData("https://h/a?b=2&X-Sig=abc#f", "https://h/a?b=2&X-Sig=***#f")]
    public void Secrets_do_not_show(string address, string shown) => Assert.Equal(shown, StreamAddress.WithoutSecrets(address));

    [Fact]
    public void What_is_no_address_is_refused_with_an_example()
    {
        var error = Assert.Throws<InputException>(() => new StreamSource("gopher://old"));
        Assert.Contains("rtsp://camera.local/stream1", error.Message, StringComparison.Ordinal);
    }

    private static FrameSourceOptions Impatient(ConcurrentQueue<string?>? status) => new()
    {
        Status = status is null ? null : status.Enqueue,
        OpenTimeout = TimeSpan.FromSeconds(30),
        ReadTimeout = TimeSpan.FromSeconds(1),
        ReconnectFirst = TimeSpan.FromMilliseconds(100),
        ReconnectLongest = TimeSpan.FromMilliseconds(500),
    };

    private static StreamSource OpenWhenReady(string address, FrameSourceOptions options)
    {
        // The server takes a moment to listen; a first attempt may come too early.
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return new StreamSource(address, options);
            }
            catch (InputException) when (attempt < 20)
            {
                Thread.Sleep(200);
            }
        }
    }

    private void ReadSome(StreamSource source, int count)
    {
        var (last, lastUs) = (-1L, -1L);
        Assert.True(ReadUntil(source, () => count <= 0, frame =>
        {
            Assert.InRange(FrameCode.Read(frame), 0, 99);
            Assert.True(frame.Index > last && frame.TimestampUs > lastUs);
            (last, lastUs) = (frame.Index, frame.TimestampUs);
            count--;
        }));
    }

    private bool ReadUntil(StreamSource source, Func<bool> isDone, Action<Frame>? look = null)
    {
        var clock = Stopwatch.StartNew();
        while (!isDone())
        {
            if (clock.Elapsed > Limit)
            {
                return false;
            }

            if (source.Read(_pool, out var frame, CancellationToken.None) == FrameRead.Frame)
            {
                using (frame)
                {
                    look?.Invoke(frame!);
                }
            }
        }

        return true;
    }
}
