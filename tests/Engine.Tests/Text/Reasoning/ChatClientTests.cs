using System.Text;
using OpenSegR.Realtime.Text.Reasoning;

namespace OpenSegR.Realtime.Tests.Text.Reasoning;

public sealed class ChatClientTests
{
    private static readonly ChatRequest Question = new("be short", "what is \"this\"?", null, 50);

    [Fact]
    public async Task SendsAQuestionInTheUsualFormAndReturnsTheAnswer()
    {
        using var server = ChatServer.Saying(question => $"you asked: {question}");
        using var client = new ChatClient(Patient(server) with { ApiKey = "secret-1" });
        var image = ChatImage.From([0xFF, 0xD8, 0xFF, 1, 2], "test");
        Assert.Equal("you asked: what is \"this\"?", await client.AskAsync(Question with { Image = image }, Token));
        var request = Assert.Single(server.Requests);
        Assert.Equal("test-model", request.GetProperty("model").GetString());
        Assert.Equal(0, request.GetProperty("temperature").GetInt32());
        Assert.Equal(50, request.GetProperty("max_tokens").GetInt32());
        Assert.Equal("be short", request.GetProperty("messages")[0].GetProperty("content").GetString());
        Assert.Equal(
            "data:image/jpeg;base64,/9j/AQI=",
            request.GetProperty("messages")[1].GetProperty("content")[0].GetProperty("image_url").GetProperty("url").GetString());
        Assert.Contains("Authorization: Bearer secret-1", Assert.Single(server.Headers));
        Assert.StartsWith("POST /v1/chat/completions", Assert.Single(server.Headers));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(408)]
    public async Task FailuresThatMayPassAreTriedAgain(int status)
    {
        using var server = ChatServer.Behaving((stream, number) => number < 3
            ? ChatServer.SendAsync(stream, status, "busy", "Retry-After: 0\r\n")
            : ChatServer.SendAsync(stream, 200, ChatServer.Completion("at last")));
        using var client = new ChatClient(Patient(server));
        Assert.Equal("at last", await client.AskAsync(Question, Token));
        Assert.Equal(3, server.Requests.Count);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(302)]
    public async Task RefusalsAreNotTriedAgain(int status)
    {
        using var server = ChatServer.Behaving((stream, _) =>
            ChatServer.SendAsync(stream, status, "no such\nmodel", "Location: http://127.0.0.1:1/\r\n"));
        using var client = new ChatClient(Patient(server) with { ApiKey = "secret-2" });
        var error = await Assert.ThrowsAsync<InputException>(() => client.AskAsync(Question, Token));
        Assert.Contains($"{status} Status: no such model", error.Message);
        Assert.DoesNotContain("secret-2", error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("", "not in the form")]
    [InlineData("garbage", "not in the form")]
    [InlineData("{\"choices\":[]}", "not in the form")]
    [InlineData("{\"choices\":[{\"message\":{\"content\":3}}]}", "not in the form")]
    [InlineData("{\"choices\":[{\"message\":{\"content\":\" \"}}]}", "empty")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "not in the form")]
    public async Task AnswersOfAnotherFormFailInTheEnd(string body, string reason)
    {
        using var server = ChatServer.Behaving((stream, _) => ChatServer.SendAsync(stream, 200, body));
        using var client = new ChatClient(Patient(server) with { Retries = 1 });
        var error = await Assert.ThrowsAsync<SegrException>(() => client.AskAsync(Question, Token));
        Assert.Contains("failed 2 times", error.Message);
        Assert.Contains(reason, error.Message);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task TruncatedAndHugeAndEndlessAnswersAreCut()
    {
        using var truncated = ChatServer.Behaving((stream, _) => ChatServer.SendAsync(stream, 200, ChatServer.Completion("x"), length: 5000));
        using var huge = ChatServer.Behaving(async (stream, _) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n"));
            var bytes = new byte[1 << 16];
            for (var i = 0; i < 100_000; i++)
            {
                await stream.WriteAsync(bytes);
            }
        });
        foreach (var (server, reason) in new[] { (truncated, "ended prematurely"), (huge, "longer than") })
        {
            using var client = new ChatClient(Patient(server) with { Retries = 0 });
            var error = await Assert.ThrowsAsync<SegrException>(() => client.AskAsync(Question, Token));
            Assert.Contains(reason, error.Message);
        }
    }

    [Fact]
    public async Task SilenceIsATimeoutAndCancellationIsNot()
    {
        using var server = ChatServer.Behaving((_, _) => Task.Delay(Timeout.Infinite, Token));
        using var impatient = new ChatClient(Patient(server) with { Timeout = TimeSpan.FromMilliseconds(50), Retries = 1 });
        Assert.Contains("no answer within", (await Assert.ThrowsAsync<SegrException>(() => impatient.AskAsync(Question, Token))).Message);

        using var patient = new ChatClient(Patient(server));
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var asking = patient.AskAsync(Question, source.Token);
        source.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public async Task NoServerIsOneClearLine()
    {
        string url;
        using (var server = ChatServer.Saying(_ => ""))
        {
            url = server.Url;
        }

        using var client = new ChatClient(new ChatEndpoint(url, "m") { Retries = 2, BackOff = TimeSpan.FromMilliseconds(1) });
        var error = await Assert.ThrowsAsync<SegrException>(() => client.AskAsync(Question, Token));
        Assert.Contains("failed 3 times", error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void EndpointsAndImagesAreChecked()
    {
        Assert.Equal("http://h:1/v1/chat/completions", new ChatEndpoint("http://h:1/v1/", "m").Address.AbsoluteUri);
        Assert.Equal("http://h:1/v1/chat/completions", new ChatEndpoint("http://h:1/v1/chat/completions", "m").Address.AbsoluteUri);
        Assert.Throws<InputException>(() => new ChatEndpoint("localhost:1", "m"));
        Assert.Throws<InputException>(() => new ChatEndpoint("file:///etc/passwd", "m"));
        Assert.Throws<InputException>(() => new ChatEndpoint("http://h", " "));
        Assert.Throws<InputException>(() => new ChatClient(new ChatEndpoint("http://h", "m") { ApiKey = "a\nb" }));
        Assert.Throws<InputException>(() => ChatImage.From([1, 2, 3], "test"));
        Assert.Throws<InputException>(() => ChatImage.Read("/no/such/image.png"));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ChatEndpoint Patient(ChatServer server) => new(server.Url, "test-model") { BackOff = TimeSpan.FromMilliseconds(1) };
}
