using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Text;

public sealed class EmbeddingCacheTests : IDisposable
{
    private const int Dimension = 4;

    private readonly string _folder = Directory.CreateTempSubdirectory("segr-cache-").FullName;
    private readonly List<string> _warnings = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void AnEntryComesBackBitByBit()
    {
        var cache = Open();
        var rows = Rows(3, seed: 1);
        cache.Write(Key(1), Dimension, rows);
        var read = new float[rows.Length];
        Assert.True(Open().TryRead(Key(1), Dimension, read));
        Assert.Equal(rows, read);
        Assert.False(cache.TryRead(Key(2), Dimension, read));
        Assert.False(cache.TryRead(Key(1), Dimension, new float[8]));
        Assert.False(cache.TryRead(Key(1), 6, new float[12]));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void AFileTornAtAnyByteIsAMissAndIsReplaced()
    {
        var cache = Open();
        var rows = Rows(2, seed: 2);
        cache.Write(Key(1), Dimension, rows);
        var path = Assert.Single(Directory.GetFiles(_folder));
        var whole = File.ReadAllBytes(path);
        Assert.Equal(8 + 32 + 4 + 4 + (8 * 4) + 4, whole.Length);
        var read = new float[rows.Length];
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.False(cache.TryRead(Key(1), Dimension, read), $"cut to {length} bytes");
        }

        for (var i = 0; i < whole.Length; i++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[i] ^= 0x10;
            File.WriteAllBytes(path, damaged);
            Assert.False(cache.TryRead(Key(1), Dimension, read), $"byte {i} changed");
        }

        File.WriteAllBytes(path, [.. whole, 0]);
        Assert.False(cache.TryRead(Key(1), Dimension, read));
        cache.Write(Key(1), Dimension, rows);
        Assert.True(cache.TryRead(Key(1), Dimension, read));
        Assert.Equal(whole, File.ReadAllBytes(path));
    }

    [Fact]
    public void ForeignEntriesAreMisses()
    {
        var cache = Open();
        cache.Write(Key(1), Dimension, Rows(1, seed: 3));
        var path = Assert.Single(Directory.GetFiles(_folder));
        File.Move(path, Path.Combine(_folder, Convert.ToHexStringLower(Key(2)) + ".emb"));
        Assert.False(cache.TryRead(Key(2), Dimension, new float[4]));

        // Sound bytes, but no unit rows.
        cache.Write(Key(3), Dimension, [1, 1, 0, 0]);
        Assert.False(cache.TryRead(Key(3), Dimension, new float[4]));
        cache.Write(Key(4), Dimension, [float.NaN, 1, 0, 0]);
        Assert.False(cache.TryRead(Key(4), Dimension, new float[4]));
        Directory.CreateDirectory(Path.Combine(_folder, Convert.ToHexStringLower(Key(5)) + ".emb"));
        Assert.False(cache.TryRead(Key(5), Dimension, new float[4]));
        cache.Write(Key(5), Dimension, [1, 0, 0, 0]);
        Assert.Single(_warnings);
    }

    [Fact]
    public void ManyWritersAndReadersNeverSeeHalfAnEntry()
    {
        const int Keys = 8;
        var hits = 0;
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, worker =>
        {
            // Each worker stands for a process: it shares nothing but the folder.
            var cache = new EmbeddingCache(_folder, warn: _ => Assert.Fail("the folder can be written"));
            var random = new Random(worker);
            var read = new float[Dimension * 50];
            for (var i = 0; i < 60; i++)
            {
                var key = random.Next(Keys);
                switch (random.Next(4))
                {
                    case 0:
                        cache.Write(Key(key), Dimension, Rows(50, seed: key));
                        break;
                    case 1:
                        // Another program, or a crash, leaves garbage under the same name.
                        TryTear(Path.Combine(_folder, Convert.ToHexStringLower(Key(key)) + ".emb"), random);
                        break;
                    default:
                        if (cache.TryRead(Key(key), Dimension, read))
                        {
                            Assert.Equal(Rows(50, seed: key), read);
                            Interlocked.Increment(ref hits);
                        }

                        break;
                }
            }
        });
        Assert.True(hits > 0);
        Assert.Empty(Directory.GetFiles(_folder, "*.tmp"));
    }

    [Fact]
    public void ChangingOneClassEmbedsOneClass()
    {
        using var encoder = new FakeEncoder();
        var builder = new TextClassifierBuilder(encoder, Merges.Tokenizer, Open());
        var options = new TextClassifierOptions();
        var first = builder.Build(VocabularyParser.Parse("person, child; sky; dog"), options);
        Assert.Equal(4 * 14, encoder.Rows);

        // Everything is there: from the entry of the whole vocabulary, then from the entries of its classes.
        var again = builder.Build(VocabularyParser.Parse("person, child; sky; dog"), options);
        var turned = builder.Build(VocabularyParser.Parse("dog; person, child; sky"), options);
        Assert.Equal(4 * 14, encoder.Rows);
        Assert.Equal(first.Embeddings, again.Embeddings);
        Assert.Equal(first.Embeddings[..(2 * 16)], turned.Embeddings[16..(3 * 16)]);

        builder.Build(VocabularyParser.Parse("person, child; sky; cat"), options);
        Assert.Equal(5 * 14, encoder.Rows);
        builder.Build(VocabularyParser.Parse("person, child, adult; sky; cat"), options);
        Assert.Equal(8 * 14, encoder.Rows);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void EverythingThatChangesNumbersChangesTheKey()
    {
        using var encoder = new FakeEncoder();
        using var other = new FakeEncoder(fingerprint: "other weights");
        var cache = Open();
        var vocabulary = VocabularyParser.Parse("dog, puppy");
        var reasons = new ReasonSet(ReasonKind.Generic, [new ReasonEntry("dog", ["fur", "a tail", "a snout"])]);
        var plain = new TextClassifierOptions();
        var reasoned = new TextClassifierOptions { Reasons = reasons };
        foreach (var options in new[]
        {
            plain,
            plain with { Templates = PromptTemplates.ImageNet },
            plain with { Templates = PromptTemplates.None },
            reasoned,
            reasoned with { ReasonCount = 2 },
            reasoned with { Ensemble = TextEnsemble.Reference },
        })
        {
            var before = encoder.Rows;
            var computed = new TextClassifierBuilder(encoder, Merges.Tokenizer, cache).Build(vocabulary, options);
            Assert.True(encoder.Rows > before, $"{options} was found under another key");
            var rows = encoder.Rows;
            Assert.Equal(computed.Embeddings, new TextClassifierBuilder(encoder, Merges.Tokenizer, cache).Build(vocabulary, options).Embeddings);
            Assert.Equal(rows, encoder.Rows);
        }

        new TextClassifierBuilder(other, Merges.Tokenizer, cache).Build(vocabulary, plain);
        Assert.True(other.Rows > 0);
        var sed = SedClassifier.Build(vocabulary, PromptTemplates.Vild, encoder, Merges.Tokenizer, cache);
        Assert.Equal(14 * 16, sed.Embeddings.Length);
        Assert.Equal(sed.Embeddings, SedClassifier.Build(vocabulary, PromptTemplates.Vild, encoder, Merges.Tokenizer, cache).Embeddings);
    }

    [Fact]
    public void CancelledWorkKeepsWhatIsDone()
    {
        using var encoder = new FakeEncoder();
        using var source = new CancellationTokenSource();
        var vocabulary = VocabularyParser.Parse(string.Join(';', Enumerable.Range(0, 300).Select(i => $"thing {i}")));
        var builder = new TextClassifierBuilder(encoder, Merges.Tokenizer, Open());
        var batches = 0;
        encoder.Before = () =>
        {
            if (++batches == 2)
            {
                source.Cancel();
            }
        };
        Assert.Throws<OperationCanceledException>(
            () => builder.Build(vocabulary, new TextClassifierOptions(), cancellationToken: source.Token));
        var done = encoder.Rows;
        Assert.True(done is > 0 and < 300 * 14);
        encoder.Before = null;
        builder.Build(vocabulary, new TextClassifierOptions());
        Assert.Equal(300 * 14, encoder.Rows);
    }

    [Fact]
    public void AFolderThatCannotBeWrittenIsReportedOnceAndOtherwiseHarmless()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        using var encoder = new FakeEncoder();
        var cache = new EmbeddingCache(Path.Combine(file, "inside"), warn: _warnings.Add);
        var builder = new TextClassifierBuilder(encoder, Merges.Tokenizer, cache);
        var classifier = builder.Build(VocabularyParser.Parse("person; sky"), new TextClassifierOptions());
        builder.Build(VocabularyParser.Parse("person; dog"), new TextClassifierOptions());
        Assert.Equal(2, classifier.RowCount);
        Assert.Contains("cannot be written", Assert.Single(_warnings));
    }

    [Fact]
    public void TrimDeletesTheEntriesThatWereNotUsedForLongest()
    {
        var all = Open();
        for (var i = 0; i < 5; i++)
        {
            all.Write(Key(i), Dimension, Rows(1, i));
            File.SetLastWriteTimeUtc(PathOf(i), DateTime.UtcNow.AddDays(-10 + i));
        }

        var size = new FileInfo(PathOf(0)).Length;
        Assert.True(all.TryRead(Key(0), Dimension, new float[Dimension]));
        File.WriteAllText(Path.Combine(_folder, "dead.tmp"), "x");
        File.SetLastWriteTimeUtc(Path.Combine(_folder, "dead.tmp"), DateTime.UtcNow.AddHours(-2));
        File.WriteAllText(Path.Combine(_folder, "live.tmp"), "x");
        File.WriteAllText(Path.Combine(_folder, "somebody's.txt"), "x");
        new EmbeddingCache(_folder, maxBytes: 2 * size).Trim();
        Assert.Equal([true, false, false, false, true], Enumerable.Range(0, 5).Select(i => File.Exists(PathOf(i))));
        Assert.False(File.Exists(Path.Combine(_folder, "dead.tmp")));
        Assert.True(File.Exists(Path.Combine(_folder, "live.tmp")));
        Assert.True(File.Exists(Path.Combine(_folder, "somebody's.txt")));
        new EmbeddingCache(Path.Combine(_folder, "none")).Trim();
    }

    private static void TryTear(string path, Random random)
    {
        try
        {
            File.WriteAllBytes(path, new byte[random.Next(900)]);
        }
        catch (IOException)
        {
            // Another worker has it open; the test is about what readers see.
        }
    }

    private static byte[] Key(int number) => [.. Enumerable.Repeat((byte)number, 32)];

    private static float[] Rows(int count, int seed)
    {
        var random = new Random(seed);
        var rows = new float[count * Dimension];
        for (var row = 0; row < count; row++)
        {
            var feature = Enumerable.Range(0, Dimension).Select(_ => (float)random.NextDouble() - 0.5f).ToArray();
            Assert.True(EmbeddingMath.TryAverage(feature, rows.AsSpan(row * Dimension, Dimension)));
        }

        return rows;
    }

    private EmbeddingCache Open() => new(_folder, warn: _warnings.Add);

    private string PathOf(int number) => Path.Combine(_folder, Convert.ToHexStringLower(Key(number)) + ".emb");
}
