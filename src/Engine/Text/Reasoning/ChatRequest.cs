using System.Security.Cryptography;
using System.Text;

namespace OpenSegR.Realtime.Text.Reasoning;

/// <summary>One question to a chat endpoint.</summary>
/// <param name="Instructions">What the model is and how it answers.</param>
/// <param name="Question">The question.</param>
/// <param name="Image">A picture that the question is about, or null.</param>
/// <param name="MaxTokens">Longest answer.</param>
internal sealed record ChatRequest(string Instructions, string Question, ChatImage? Image, int MaxTokens)
{
    /// <summary>Identifies the answer that a model gives to the question.</summary>
    public string KeyFor(ChatEndpoint endpoint)
    {
        string[] parts = ["segr-chat-1", endpoint.Address.AbsoluteUri, endpoint.Model, Instructions, Question, Image?.Hash ?? "", $"{MaxTokens}"];
        var text = string.Concat(parts.Select(part => $"{part.Length}:{part}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
