using System.Security.Cryptography;

namespace OpenSegR.Realtime.Text.Reasoning;

/// <summary>A compressed picture that goes along with a question.</summary>
public sealed class ChatImage
{
    private const string What = "the image";
    private const int MaxBytes = 20 << 20;

    private readonly byte[] _bytes;
    private readonly string _mediaType;

    private ChatImage(byte[] bytes, string mediaType)
    {
        _bytes = bytes;
        _mediaType = mediaType;
        Hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    /// <summary>SHA-256 of the compressed bytes.</summary>
    public string Hash { get; }

    /// <summary>Reads a JPEG, PNG or WebP file as it is.</summary>
    /// <exception cref="InputException">It cannot be read, is larger than 20 MiB, or of another kind.</exception>
    public static ChatImage Read(string path) => From(UserFile.ReadBytes(path, What, MaxBytes), $"'{path}'");

    /// <summary>Takes compressed bytes, which must not change any more.</summary>
    /// <param name="bytes">A JPEG, PNG or WebP file.</param>
    /// <param name="source">What it is, for messages.</param>
    /// <exception cref="InputException">It is of another kind.</exception>
    public static ChatImage From(byte[] bytes, string source)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return new ChatImage(bytes, bytes switch
        {
            [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
            [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "image/png",
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => "image/webp",
            _ => throw new InputException($"{What} {source} is no JPEG, PNG or WebP file"),
        });
    }

    /// <summary>The picture as a data URL.</summary>
    internal string ToDataUrl() => $"data:{_mediaType};base64,{Convert.ToBase64String(_bytes)}";
}
