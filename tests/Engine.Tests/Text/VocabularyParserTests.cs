using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Text;

public sealed class VocabularyParserTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("segr-vocabulary-").FullName;
    private readonly List<string> _warnings = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void SemicolonsSeparateClassesAndCommasSynonyms()
    {
        var vocabulary = VocabularyParser.Parse(" person , child;dog; green  bicycle ;", _warnings.Add);
        Assert.Equal(["person, child", "dog", "green bicycle"], vocabulary.Classes.Select(c => c.FullName));
        Assert.All(vocabulary.Classes, c => Assert.True(c.IsThing));
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData("sky", false)]
    [InlineData("Blue Sky", false)]
    [InlineData("wall-concrete", false)]
    [InlineData("brick wall", false)]
    [InlineData("water bottle", true)]
    [InlineData("wall clock", true)]
    [InlineData("river boat", true)]
    [InlineData("person", true)]
    [InlineData("sky +thing", true)]
    [InlineData("person+stuff", false)]
    [InlineData("grass, lawn +THING", true)]
    [InlineData("c++", true)]
    public void MarksAndCommonWordsDecideWhatIsStuff(string words, bool isThing)
    {
        var parsed = VocabularyParser.Parse(words).Classes[0];
        Assert.Equal(isThing, parsed.IsThing);
        Assert.DoesNotContain("+thing", parsed.FullName, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("+stuff", parsed.FullName, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("   ", "empty")]
    [InlineData(";", "class 1 of the vocabulary is empty")]
    [InlineData("a;;b", "class 2 of the vocabulary is empty")]
    [InlineData("a,,b", "empty name between its commas")]
    [InlineData("a,", "empty name")]
    [InlineData("+thing", "empty name")]
    [InlineData("a +thing, b +stuff", "both +thing and +stuff")]
    [InlineData("sky +stuf", "'+stuf' is no mark")]
    [InlineData("a\u0007b", "U+0007")]
    [InlineData("missing/list.txt", "does not exist")]
    [InlineData("list.json", "does not exist")]
    public void RejectsMalformedWordsInOneLine(string words, string reason)
    {
        var error = Assert.Throws<InputException>(() => VocabularyParser.Read(words));
        Assert.Contains(reason, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void BoundsNamesSynonymsAndClasses()
    {
        Assert.Contains("201 characters", Assert.Throws<InputException>(() => VocabularyParser.Parse(new string('x', 201))).Message);
        Assert.Equal(200, VocabularyParser.Parse(new string('x', 200)).Classes[0].Name.Length);
        Assert.Contains("500", Assert.Throws<InputException>(
            () => VocabularyParser.Parse(string.Join(',', Enumerable.Range(0, 501).Select(i => $"n{i}")))).Message);
        Assert.Contains("65535", Assert.Throws<InputException>(
            () => VocabularyParser.Parse(string.Join(';', Enumerable.Range(0, 65536).Select(i => $"n{i}")))).Message);
        Assert.Equal(10_000, VocabularyParser.Parse(string.Join(';', Enumerable.Range(0, 10_000).Select(i => $"n{i}"))).Count);
        Assert.Contains("U+D800", Assert.Throws<InputException>(() => VocabularyParser.Parse("a\ud800")).Message);
        Assert.Equal("\U0001F600", VocabularyParser.Parse("\U0001F600").Classes[0].Name);
    }

    [Fact]
    public void RepeatedClassesAreMergedWithAWarning()
    {
        var vocabulary = VocabularyParser.Parse("dog, puppy; cat; Dog, hound, DOG +stuff", _warnings.Add);
        Assert.Equal(["dog, puppy, hound", "cat"], vocabulary.Classes.Select(c => c.FullName));
        Assert.False(vocabulary.Classes[0].IsThing);
        Assert.Contains("'Dog'", Assert.Single(_warnings));
    }

    [Fact]
    public void ReadsFilesOneClassALine()
    {
        var path = Write("list.txt", "\uFEFF# classes\r\n\r\nperson, child\r\n  sky  \r\ncar +thing\n");
        var vocabulary = VocabularyParser.Read(path, _warnings.Add);
        Assert.Equal(["person, child", "sky", "car"], vocabulary.Classes.Select(c => c.FullName));
        Assert.Equal([true, false, true], vocabulary.Classes.Select(c => c.IsThing));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void NumberedListsKeepTheirPlaces()
    {
        var path = Write("numbered.txt", "0:invalid_class_id\n1:wall,walls\n2:box\n3:box\n");
        var vocabulary = VocabularyParser.Read(path, _warnings.Add);
        Assert.Equal(["wall, walls", "box", "box"], vocabulary.Classes.Select(c => c.FullName));
        Assert.Contains("all were kept", Assert.Single(_warnings));
    }

    [Fact]
    public void ReadsJsonLists()
    {
        Assert.Equal(["bed", "sky, air"], VocabularyParser.Read(Write("list.json", "[\"bed \", \"sky, air\"]")).Classes.Select(c => c.FullName));
        Assert.Contains("line 1, byte 3", Error("bad.json", "[1"));
        Assert.Contains("list of strings", Error("object.json", "{\"a\":1}"));
        Assert.Contains("list of strings", Error("number.json", "[1]"));
        Assert.Contains("entry 1", Error("null.json", "[null]"));
    }

    [Fact]
    public void RejectsFilesThatAreNoClassLists()
    {
        Assert.Contains("is empty", Error("empty.txt", ""));
        Assert.Contains("is empty", Error("comments.txt", "# nothing\n\n"));
        Assert.Contains("line 2 of", Error("bad.txt", "a\nb,,c\n"));
        var binary = Path.Combine(_folder, "binary.txt");
        File.WriteAllBytes(binary, [(byte)'a', 0xFF, 0xFE]);
        Assert.Contains("not UTF-8", Assert.Throws<InputException>(() => VocabularyParser.Read(binary)).Message);
        Assert.Contains("is a folder", Assert.Throws<InputException>(() => VocabularyParser.Read(_folder)).Message);
        Assert.Contains("is a folder", Assert.Throws<InputException>(() => VocabularyParser.ReadFile(_folder)).Message);
        Assert.Contains("does not exist", Assert.Throws<InputException>(() => VocabularyParser.ReadFile(Path.Combine(_folder, "none"))).Message);
    }

    private string Error(string name, string content) =>
        Assert.Throws<InputException>(() => VocabularyParser.Read(Write(name, content))).Message;

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
