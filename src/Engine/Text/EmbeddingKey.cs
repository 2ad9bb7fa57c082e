using System.Security.Cryptography;
using System.Text;

namespace OpenSegR.Realtime.Text;

/// <summary>Names embeddings by everything that they are computed from.</summary>
internal static class EmbeddingKey
{
    // Raised whenever the way from words to rows changes in any way that changes numbers.
    private const string Version = "segr-text-1";

    /// <summary>The key of every class's rows.</summary>
    public static byte[][] OfClasses(string encoderFingerprint, string tokenizerFingerprint, IReadOnlyList<ClassPrompts> classes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var source = SHA256.HashData(Encoding.UTF8.GetBytes($"{Version}\n{encoderFingerprint}\n{tokenizerFingerprint}"));
        var keys = new byte[classes.Count][];
        for (var i = 0; i < keys.Length; i++)
        {
            hash.AppendData(source);
            classes[i].AppendTo(hash);
            keys[i] = hash.GetHashAndReset();
        }

        return keys;
    }

    /// <summary>The key of all rows of a list of classes.</summary>
    public static byte[] OfAll(IReadOnlyList<byte[]> keys)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("all\n"u8);
        foreach (var key in keys)
        {
            hash.AppendData(key);
        }

        return hash.GetHashAndReset();
    }
}
