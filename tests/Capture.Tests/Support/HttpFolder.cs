using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OpenSegR.Realtime.Tests.Capture;

/// <summary>Serves the files of a folder over HTTP on the loopback interface.</summary>
internal sealed class HttpFolder : IDisposable
{
    private readonly string _folder;
    private readonly string? _endless;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;

    /// <summary>Begins to serve.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="endless">Name of a file after which the connection stays open, silent.</param>
    public HttpFolder(string folder, string? endless = null)
    {
        (_folder, _endless) = (folder, endless);
        _listener.Start();
        _serving = Task.Run(ServeAsync);
    }

    public string AddressOf(string name) => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/{name}";

    public void Dispose()
    {
        _end.Cancel();
        _listener.Stop();
        _serving.GetAwaiter().GetResult();
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        var answers = new List<Task>();
        try
        {
            while (true)
            {
                answers.Add(AnswerAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(answers);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                var path = (await reader.ReadLineAsync(_end.Token))!.Split(' ')[1].TrimStart('/');
                while (!string.IsNullOrEmpty(await reader.ReadLineAsync(_end.Token)))
                {
                    // The rest of the request says nothing that matters here.
                }

                var file = Path.Combine(_folder, path);
                var bytes = File.Exists(file) ? await File.ReadAllBytesAsync(file, _end.Token) : null;
                var length = path == _endless ? "" : $"Content-Length: {bytes?.Length ?? 0}\r\n";
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {(bytes is null ? "404 Not Found" : "200 OK")}\r\nConnection: close\r\n{length}\r\n"), _end.Token);
                await stream.WriteAsync(bytes ?? [], _end.Token);
                if (path == _endless)
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, _end.Token);
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The reader, or the test, has seen enough.
            }
        }
    }
}
