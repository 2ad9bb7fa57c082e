using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace OpenSegR.Realtime.Tests;

/// <summary>A chat endpoint on a local port that behaves as a test tells it to, well or badly.</summary>
internal sealed class ChatServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<ChatServer, JsonElement, NetworkStream, Task> _answer;
    private readonly Task _loop;
    private int _active;

    private ChatServer(Func<ChatServer, JsonElement, NetworkStream, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _loop = Task.Run(AcceptAsync);
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1";

    public ConcurrentQueue<JsonElement> Requests { get; } = [];

    public ConcurrentQueue<string> Headers { get; } = [];

    public int MostAtOnce { get; private set; }

    /// <summary>Answers every question with a chat completion whose content the function gives.</summary>
    public static ChatServer Saying(Func<string, string> content) => new(async (_, request, stream) =>
        await SendAsync(stream, 200, Completion(content(QuestionOf(request)))));

    /// <summary>Writes whatever the function writes; its second argument is the number of the request.</summary>
    public static ChatServer Behaving(Func<NetworkStream, int, Task> behaviour) => new((server, _, stream) =>
        behaviour(stream, server.Requests.Count));

    public static string QuestionOf(JsonElement request)
    {
        foreach (var part in request.GetProperty("messages")[1].GetProperty("content").EnumerateArray())
        {
            if (part.GetProperty("type").GetString() == "text")
            {
                return part.GetProperty("text").GetString()!;
            }
        }

        return "";
    }

    public static string Completion(string content) =>
        JsonSerializer.Serialize(new { choices = new[] { new { message = new { role = "assistant", content } } } });

    public static async Task SendAsync(NetworkStream stream, int status, string body, string headers = "", int? length = null)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var head = $"HTTP/1.1 {status} Status\r\nContent-Type: application/json\r\nContent-Length: {length ?? bytes.Length}\r\n{headers}Connection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        await stream.WriteAsync(bytes);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        _loop.Wait();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = Task.Run(() => ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _active));
            try
            {
                var stream = client.GetStream();
                var received = new MemoryStream();
                var buffer = new byte[1 << 16];
                var headEnd = -1;
                while (headEnd < 0)
                {
                    received.Write(buffer, 0, await stream.ReadAsync(buffer, _stop.Token));
                    headEnd = received.ToArray().AsSpan().IndexOf("\r\n\r\n"u8);
                }

                var head = Encoding.ASCII.GetString(received.ToArray(), 0, headEnd);
                Headers.Enqueue(head);
                var length = int.Parse(head.Split('\n').First(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Split(':')[1]);
                while (received.Length < headEnd + 4 + length)
                {
                    received.Write(buffer, 0, await stream.ReadAsync(buffer, _stop.Token));
                }

                using var document = JsonDocument.Parse(received.ToArray().AsMemory(headEnd + 4, length));
                var request = document.RootElement.Clone();
                Requests.Enqueue(request);
                await _answer(this, request, stream);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The client hung up, as some tests make it do.
            }
            finally
            {
                Interlocked.Decrement(ref _active);
            }
        }
    }
}
