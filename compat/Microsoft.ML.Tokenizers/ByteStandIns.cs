namespace Microsoft.ML.Tokenizers;

/// <summary>
/// The 256 printable characters that stand for bytes in byte-level vocabularies (GPT-2, CLIP): printable Latin-1 bytes stand for
/// themselves, the other bytes, ascending, are U+0100, U+0101 and so on.
/// </summary>
internal static class ByteStandIns
{
    private static readonly char[] Table = Build();

    public static char Of(byte value) => Table[value];

    private static char[] Build()
    {
        var table = new char[256];
        var next = (char)0x100;
        for (var value = 0; value < table.Length; value++)
        {
            table[value] = value is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174 and <= 255) ? (char)value : next++;
        }

        return table;
    }
}
