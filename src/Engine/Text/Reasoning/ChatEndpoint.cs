namespace OpenSegR.Realtime.Text.Reasoning;

/// <summary>
/// A server with an OpenAI-compatible chat interface (vLLM, Ollama, llama.cpp, or a hosted one), and how patient to be with it.
/// </summary>
public sealed record ChatEndpoint
{
    private const string Path = "chat/completions";

    /// <summary>Names an endpoint.</summary>
    /// <param name="url">Its base, e.g. "http://localhost:11434/v1"; with or without "chat/completions" at the end.</param>
    /// <param name="model">The model that answers, e.g. "qwen2.5vl:7b".</param>
    /// <exception cref="InputException">The address or the model is malformed.</exception>
    public ChatEndpoint(string url, string model)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address)
            || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
        {
            throw new InputException($"'{url}' is no address of a chat endpoint; it looks like http://localhost:11434/v1");
        }

        if (string.IsNullOrWhiteSpace(model))
        {
            throw new InputException("the chat endpoint needs the name of a model, such as qwen2.5vl:7b");
        }

        var text = address.GetLeftPart(UriPartial.Path).TrimEnd('/');
        Address = new Uri(text.EndsWith(Path, StringComparison.Ordinal) ? text : $"{text}/{Path}");
        Model = model;
    }

    /// <summary>Where requests go.</summary>
    public Uri Address { get; }

    /// <summary>The model that answers.</summary>
    public string Model { get; }

    /// <summary>Sent as a bearer token where it is set.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Longest wait for one reply; large models on small machines think for minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a request is sent again after a failure that may pass: no connection, a timeout, "busy", an internal error.</summary>
    public int Retries { get; init; } = 4;

    /// <summary>Wait before the first repetition; it doubles each time, up to half a minute.</summary>
    public TimeSpan BackOff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longer replies are refused.</summary>
    public int MaxReplyBytes { get; init; } = 1 << 20;
}
