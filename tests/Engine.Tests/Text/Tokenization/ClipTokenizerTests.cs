using System.IO.Compression;
using System.Text;
using System.Text.Json;
using OpenSegR.Realtime.Text.Tokenization;

namespace OpenSegR.Realtime.Tests.Text.Tokenization;

public sealed class ClipTokenizerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("segr-tokenizer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void EveryGoldenTextHasTheReferenceIds()
    {
        var tokenizer = Merges.Tokenizer;
        var row = new int[77];
        var count = 0;
        foreach (var line in File.ReadLines(Golden.Locate("tokenizer", "tokens.jsonl")))
        {
            using var document = JsonDocument.Parse(line);
            var golden = document.RootElement;
            var text = golden.GetProperty("text").GetString()!;
            var expected = new int[77];
            var i = 0;
            foreach (var id in golden.GetProperty("ids").EnumerateArray())
            {
                expected[i++] = id.GetInt32();
            }

            tokenizer.Encode(text, row);
            Assert.Equal(golden.GetProperty("clean").GetString(), ClipTokenizer.Clean(text));
            Assert.True(expected.AsSpan().SequenceEqual(row), $"ids of '{text}' differ: {string.Join(' ', row)}");
            count++;
        }

        Assert.True(count >= 10, $"only {count} golden texts");
    }

    [Theory]
    [InlineData("a \U0001D4A5\U0001D4A6 b", "a |\U0001D4A5\U0001D4A6| b")]
    [InlineData("x\U0001D7CF\U0001D7D0y", "x|\U0001D7CF|\U0001D7D0|y")]
    [InlineData("it's we'll i'd 'sun", "it|'s| we|'ll| i|'d| |'s|un")]
    [InlineData("it'ſ", "it|'ſ")]
    [InlineData("<start_of_text><end_of_text><<end_of_text>", "<start_of_text>|<end_of_text>|<<|end|_|of|_|text|>")]
    [InlineData("a\u0345b c\u0301d", "a|b| c|\u0301|d")]
    [InlineData("12ab!?", "1|2|ab|!?")]
    [InlineData("", "")]
    public void SplitsAsTheReferenceExpression(string text, string pieces)
    {
        var found = new ClipPreTokenizer().PreTokenize(text).Select(p => text.Substring(p.Offset, p.Length));
        Assert.Equal(pieces.Split('|').Select(p => p.Trim(' ')).Where(p => p.Length > 0), found);
    }

    [Fact]
    public void CutsLongTextsAndEndsThemWithEndOfText()
    {
        var tokenizer = Merges.Tokenizer;
        var row = new int[8];
        tokenizer.Encode("dog dog dog dog dog dog dog dog dog", row);
        Assert.Equal([tokenizer.StartOfText, 1929, 1929, 1929, 1929, 1929, 1929, tokenizer.EndOfText], row);
        tokenizer.Encode("dog", row);
        Assert.Equal([49406, 1929, 49407, 0, 0, 0, 0, 0], row);
        Assert.Throws<InputException>(() => tokenizer.Encode(new string('x', 16_385), row));
    }

    [Fact]
    public void TheSameMergesHaveTheSameFingerprintInEveryFormat()
    {
        var lines = Merges.Lines();
        var plain = Write("merges.txt", string.Join("\r\n", lines));
        var original = ClipTokenizer.Open(plain);
        var packed = Path.Combine(_folder, "merges.txt.gz");
        using (var gzip = new GZipStream(File.Create(packed), CompressionLevel.Fastest))
        {
            // As in the original file, more merges follow than the vocabulary uses.
            gzip.Write(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\nq x\n"));
        }

        var json = Write("tokenizer.json", JsonSerializer.Serialize(new { model = new { type = "BPE", merges = lines[1..] } }));
        var pairs = Write("pairs.json", JsonSerializer.Serialize(new { model = new { merges = lines[1..].Select(l => l.Split(' ')) } }));
        foreach (var file in new[] { packed, json, pairs })
        {
            var other = ClipTokenizer.Open(file);
            Assert.Equal(original.Fingerprint, other.Fingerprint);
        }

        var row = new int[77];
        ClipTokenizer.Open(pairs).Encode("a photo of a person.", row);
        Assert.Equal([49406, 320, 1125, 539, 320, 2533, 269, 49407, 0], row[..9]);
        Assert.NotEqual(original.Fingerprint, ClipTokenizer.Open(plain, vocabularySize: 1000).Fingerprint);
        Assert.Equal(999, ClipTokenizer.Open(plain, vocabularySize: 1000).EndOfText);
    }

    [Theory]
    [InlineData("", "has 0 merges")]
    [InlineData("#version\nt h\n", "has 1 merges")]
    [InlineData("#version\nt h\nnonsense\n", "entry 2")]
    [InlineData("#version\nt h\na b c\n", "entry 2")]
    [InlineData("#version\nt h\nzzz q\n", "inconsistent")]
    [InlineData("#version\nt h\nt h\n", "inconsistent")]
    [InlineData("{\"model\":{\"merges\":[\"t h\",\"a b\\nc d\"]}}", "entry 2")]
    [InlineData("{\"model\":{}}", "no list of merges")]
    [InlineData("{\"model\":{\"merges\":[1,2]}}", "no valid tokenizer.json")]
    [InlineData("{\"model\":{\"merges\":[", "no valid tokenizer.json")]
    public void RejectsDamagedTables(string content, string reason)
    {
        var path = Write("bad.txt", content);
        var row = new int[77];
        var error = Assert.Throws<InputException>(() => ClipTokenizer.Open(path, vocabularySize: 514 + 2).Encode("the", row));
        Assert.Contains(reason, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void RejectsMissingFilesFoldersAndCompressionBombs()
    {
        Assert.Contains("does not exist", Assert.Throws<InputException>(() => ClipTokenizer.Open(Path.Combine(_folder, "none"))).Message);
        Assert.Throws<InputException>(() => ClipTokenizer.Open(_folder));
        var bomb = Path.Combine(_folder, "bomb.gz");
        using (var gzip = new GZipStream(File.Create(bomb), CompressionLevel.Fastest))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 80; i++)
            {
                gzip.Write(zeros);
            }
        }

        Assert.Contains("larger than", Assert.Throws<InputException>(() => ClipTokenizer.Open(bomb)).Message);
        File.WriteAllBytes(bomb, [0x1F, 0x8B, 8, 0, 1, 2, 3]);
        Assert.Throws<InputException>(() => ClipTokenizer.Open(bomb));
    }

    [Fact]
    public void EncodesFromManyThreads()
    {
        var tokenizer = Merges.Tokenizer;
        var texts = Enumerable.Range(0, 500).Select(i => $"a photo of thing{i} and {i * 7919} café").ToList();
        var expected = tokenizer.Encode(texts, 77);
        Parallel.For(0, 8, _ => Assert.Equal(expected, tokenizer.Encode(texts, 77)));
    }

    /// <summary>Text that unfolds layer by layer takes a moment, not minutes, and ends.</summary>
    [Theory]
    [InlineData("&amp;", "amp;")]
    [InlineData("", "Ã")]
    [InlineData("", "â€")]
    [InlineData("", "Ãƒâ€šÃ‚Â ")]
    [InlineData("", "\u001b[1;")]
    [InlineData("", "Σ.")]
    [InlineData("", "a\u0300\u0323")]
    [InlineData("", "x")]
    public void HostileTextsEnd(string start, string repeated)
    {
        var text = start + string.Concat(Enumerable.Repeat(repeated, (16_000 - start.Length) / repeated.Length));
        var row = new int[77];
        Merges.Tokenizer.Encode(text, row);
        Assert.Equal(49406, row[0]);
        Assert.Contains(49407, row);
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content, new UTF8Encoding(false));
        return path;
    }
}
