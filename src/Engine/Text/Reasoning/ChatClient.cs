using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace OpenSegR.Realtime.Text.Reasoning;

/// <summary>
/// Talks to an OpenAI-compatible chat endpoint. Failures that may pass are tried again with growing pauses; replies are bounded.
/// Thread-safe.
/// </summary>
public sealed class ChatClient : IDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;

    /// <summary>Creates a client; nothing is sent yet.</summary>
    /// <exception cref="InputException">The API key has characters that no key has.</exception>
    public ChatClient(ChatEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        Endpoint = endpoint;

        // Redirects are not followed: the key and the picture go to the address that the user named and nowhere else.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
        if (endpoint.ApiKey is { } key)
        {
            try
            {
                _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            }
            catch (FormatException e)
            {
                _http.Dispose();
                throw new InputException("the API key of the chat endpoint has characters that no key has; check it for line breaks", e);
            }
        }
    }

    /// <summary>Where requests go.</summary>
    public ChatEndpoint Endpoint { get; }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Sends a question and returns the text of the answer.</summary>
    /// <exception cref="InputException">The endpoint refuses the request: a wrong key, address or model.</exception>
    /// <exception cref="SegrException">It cannot be reached, fails, or answers in no known form, after all repetitions.</exception>
    internal async Task<string> AskAsync(ChatRequest request, CancellationToken cancellationToken)
    {
        var body = Body(request);
        for (var attempt = 0; ; attempt++)
        {
            var pause = Endpoint.BackOff * Math.Pow(2, attempt);
            string problem;
            Exception? cause = null;
            using (var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
            {
                limit.CancelAfter(Endpoint.Timeout);
                try
                {
                    return await TryAskAsync(body, limit.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
                {
                    (problem, cause) = ($"no answer within {Endpoint.Timeout.TotalSeconds:0.#} s", e);
                }
                catch (Exception e) when (e is HttpRequestException or IOException)
                {
                    (problem, cause) = (e.Message.ReplaceLineEndings(" "), e);
                }
                catch (ChatFailure e)
                {
                    (problem, cause) = (e.Message, e);
                    pause = e.Pause ?? pause;
                }
            }

            if (attempt == Endpoint.Retries)
            {
                throw new SegrException($"the chat endpoint {Endpoint.Address} failed {attempt + 1} times: {problem}", cause);
            }

            await Task.Delay(pause < LongestPause ? pause : LongestPause, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string Shorten(string text)
    {
        var line = new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]).Trim();
        return line.Length <= 200 ? line : line[..200] + "...";
    }

    private static string Content(byte[] reply)
    {
        try
        {
            using var document = JsonDocument.Parse(reply, new JsonDocumentOptions { MaxDepth = 32 });
            var message = document.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
            return string.IsNullOrWhiteSpace(message) ? throw new ChatFailure("the answer is empty") : message;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException)
        {
            throw new ChatFailure("the answer is not in the form of a chat completion (choices[0].message.content)", e);
        }
    }

    private async Task<string> TryAskAsync(byte[] body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Endpoint.Address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        var reply = await ReadAsync(response, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
        {
            return Content(reply);
        }

        var problem = $"{(int)response.StatusCode} {response.ReasonPhrase}: {Shorten(System.Text.Encoding.UTF8.GetString(reply))}";
        if (response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500)
        {
            throw new ChatFailure(problem) { Pause = response.Headers.RetryAfter?.Delta };
        }

        throw new InputException($"the chat endpoint {Endpoint.Address} refuses the request for model '{Endpoint.Model}': {problem}");
    }

    private async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var memory = new MemoryStream();
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[1 << 14];
            for (var read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false); read > 0;
                read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false))
            {
                if (memory.Length + read > Endpoint.MaxReplyBytes)
                {
                    throw new ChatFailure($"the answer is longer than {Endpoint.MaxReplyBytes} bytes");
                }

                memory.Write(buffer, 0, read);
            }
        }

        return memory.ToArray();
    }

    private byte[] Body(ChatRequest request)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model", Endpoint.Model);

            // The most likely words, so that the same question has the same answer as far as the server allows.
            json.WriteNumber("temperature", 0);
            json.WriteNumber("max_tokens", request.MaxTokens);
            json.WriteStartArray("messages");
            json.WriteStartObject();
            json.WriteString("role", "system");
            json.WriteString("content", request.Instructions);
            json.WriteEndObject();
            json.WriteStartObject();
            json.WriteString("role", "user");
            json.WriteStartArray("content");
            if (request.Image is { } image)
            {
                json.WriteStartObject();
                json.WriteString("type", "image_url");
                json.WriteStartObject("image_url");
                json.WriteString("url", image.ToDataUrl());
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteStartObject();
            json.WriteString("type", "text");
            json.WriteString("text", request.Question);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>A failure that may pass.</summary>
    private sealed class ChatFailure(string message, Exception? cause = null) : Exception(message, cause)
    {
        /// <summary>How long the server asks to wait, or null.</summary>
        public TimeSpan? Pause { get; init; }
    }
}
