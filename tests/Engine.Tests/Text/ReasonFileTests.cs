using System.Text;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Text;

public sealed class ReasonFileTests
{
    [Fact]
    public void PublishedGenericReasoningLoadsAsItIs()
    {
        var warnings = new List<string>();
        var reasons = ReasonFile.Read(Golden.Shared("reason", "pc59_class_reason.json"), warnings.Add);
        Assert.Equal(ReasonKind.Generic, reasons.Kind);
        Assert.Equal(59, reasons.Entries.Count);
        Assert.Empty(warnings);
        var plane = reasons.Find(["airplane", "aeroplane"], ignoreCase: false)!;
        Assert.Equal(["wings", "fuselage", "propeller or jet engines"], plane.Attributes.Take(3));
        Assert.Equal("vehicle", plane.GeneralCategory);
        Assert.Equal("aircraft", plane.SubCategory);
        Assert.StartsWith("A1:", plane.RawResponse);
    }

    [Fact]
    public void WrittenFilesLoadBack()
    {
        foreach (var kind in new[] { ReasonKind.Generic, ReasonKind.Image })
        {
            var reasons = new ReasonSet(kind,
            [
                new ReasonEntry("犬, \"dog\"", ["ein Fell", "a <tail> & more"]) { GeneralCategory = "animal", RawResponse = "line\nbreak" },
                new ReasonEntry("sky", ["blue"]),
            ]);
            var path = Path.GetTempFileName();
            ReasonFile.Write(path, reasons);
            var read = ReasonFile.Read(path);
            File.Delete(path);
            Assert.Equal(kind, read.Kind);
            Assert.Equal(reasons.Entries.Select(e => e.Key), read.Entries.Select(e => e.Key));
            Assert.Equal(reasons.Entries.Select(e => string.Join('|', e.Attributes)), read.Entries.Select(e => string.Join('|', e.Attributes)));
            Assert.Equal("line\nbreak", read.Entries[0].RawResponse);
            Assert.Null(read.Entries[1].SubCategory);
        }
    }

    [Fact]
    public void TheFirstEntryThatSharesANameWins()
    {
        var reasons = Parse("""{"adult , woman":{"class_des":["a"]},"child,adult":{"class_des":["b"]},"Dog":{"class_des":["c"]}}""");
        Assert.Equal("a", reasons.Find(["child", "adult"], false)!.Attributes[0]);
        Assert.Equal("b", reasons.Find(["child"], false)!.Attributes[0]);
        Assert.Null(reasons.Find(["dog"], ignoreCase: false));
        Assert.Equal("c", reasons.Find(["dog"], ignoreCase: true)!.Attributes[0]);
        Assert.Null(reasons.Find(["cat"], ignoreCase: true));
    }

    [Fact]
    public void ARepeatedKeyKeepsItsPlaceAndItsLastValue()
    {
        var reasons = Parse("""{"a":{"class_des":["1"]},"b":{"class_des":["2"]},"a":{"class_des":["3"]}}""");
        Assert.Equal(["a", "b"], reasons.Entries.Select(e => e.Key));
        Assert.Equal("3", reasons.Entries[0].Attributes[0]);
    }

    [Fact]
    public void UnusableEntriesAreReportedAndLeftOut()
    {
        var warnings = new List<string>();
        var long1001 = new string('x', 1001);
        var reasons = Parse(
            """{"a":{"class_des":["1"]},"b":{"class_des":"text"},"c":{},"d":3,"e":{"class_des":[]},"f":{"class_des":["x",4]},"g":{"class_des":["LONG"]}}"""
                .Replace("LONG", long1001, StringComparison.Ordinal),
            warnings);
        Assert.Equal("a", Assert.Single(reasons.Entries).Key);
        Assert.Contains("6 of 7", Assert.Single(warnings));
    }

    [Fact]
    public void AClassCalledReasoningIsNoImageReasoning()
    {
        Assert.Equal(ReasonKind.Generic, Parse("""{"reasoning":{"class_des":["deep thought"]}}""").Kind);
        Assert.Equal(ReasonKind.Image, Parse("""{"image":"x","reasoning":{"objects":[],"map_class_reason":{"a":{"reason3":["1"]}}}}""").Kind);
    }

    [Theory]
    [InlineData("", "line 1, byte 1")]
    [InlineData("{\"a\":\n{\"class_des\":[\"x\"}}", "line 2, byte 18")]
    [InlineData("[1]", "must be a JSON object")]
    [InlineData("{}", "no class in it")]
    [InlineData("{\"a\":{\"other\":1}}", "no class with a list of attributes")]
    [InlineData("{\"reasoning\":{\"x\":1}}", "reasoning.map_class_reason")]
    [InlineData("{\"reasoning\":{\"map_class_reason\":{\"a\":{\"reason2\":[\"x\"]}}}}", "\"reason3\"")]
    public void SaysWhereAndWhyAFileIsMalformed(string json, string reason)
    {
        var error = Assert.Throws<InputException>(() => Parse(json));
        Assert.Contains(reason, error.Message);
        Assert.Contains("'test.json'", error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void DeeplyNestedJsonIsRefused()
    {
        var error = Assert.Throws<InputException>(() => Parse("{\"a\":" + new string('[', 100_000)));
        Assert.Contains("not valid JSON", error.Message);
    }

    private static ReasonSet Parse(string json, List<string>? warnings = null) =>
        ReasonFile.Parse(Encoding.UTF8.GetBytes(json), "test.json", warnings is null ? null : warnings.Add);
}
