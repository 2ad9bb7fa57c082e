using System.Text.Json;

namespace OpenSegR.Realtime.Tests.EndToEnd;

public sealed class ReasonTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_reasoning_file_is_written_and_used()
    {
        using var server = ChatServer.Saying(question => question.Contains("zorb", StringComparison.Ordinal)
            ? """{"general_category":"toy","sub_category":"ball","attributes":["a red colour","a round body"]}"""
            : """{"general_category":"toy","sub_category":"block","attributes":["a blue colour"]}""");
        var file = _scratch["reasons.json"];
        var written = Segr.Run("reason", "--vocab", "zorb; blick", "--endpoint", server.Url, "--llm", "m", "--out", file);
        Assert.True(written.ExitCode == 0, written.Error);
        Assert.Contains("2 of 2 classes, 3 attributes", written.Output, StringComparison.Ordinal);
        Assert.Equal(2, server.Requests.Count);
        using var json = JsonDocument.Parse(File.ReadAllText(file));
        Assert.Equal("a red colour", json.RootElement.GetProperty("zorb").GetProperty("class_des")[0].GetString());

        var embedded = Segr.Run("embed", "--vocab", "zorb; blick", "--reason", file);
        Assert.True(embedded.ExitCode == 0, embedded.Error);
        Assert.Contains("reasons", embedded.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Reasoning_about_a_picture_keeps_the_classes_that_are_in_it()
    {
        using var server = ChatServer.Saying(question =>
            question.Contains("\"classes\"", StringComparison.Ordinal) ? """{"classes":["blick"]}"""
            : question.Contains("\"attributes\"", StringComparison.Ordinal) ? """{"attributes":["a blue colour"]}"""
            : "A blue block on grass.");
        var picture = _scratch["picture.png"];
        var made = Segr.Run("video", "synthetic:3:64x64:1", "--out", _scratch["frames"] + "/", "--frames", "1");
        Assert.True(made.ExitCode == 0, made.Error);
        File.Copy(Directory.GetFiles(_scratch["frames"])[0], picture);
        var file = _scratch["reasons.json"];
        var written = Segr.Run("reason", "--vocab", "zorb; blick", "--image", picture, "--endpoint", server.Url, "--llm", "m", "--out", file);
        Assert.True(written.ExitCode == 0, written.Error);
        Assert.Contains("1 of 2 classes seen in the picture", written.Output, StringComparison.Ordinal);
        Assert.Contains("map_class_reason", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_input_is_refused_before_anything_is_asked()
    {
        using var server = ChatServer.Saying(_ => "");
        var file = _scratch["reasons.json"];
        Segr.AssertRefused("no address", "reason", "--vocab", "cat", "--endpoint", "ftp://x", "--out", file);
        Segr.AssertRefused("no folder", "reason", "--vocab", "cat", "--endpoint", server.Url, "--out", _scratch["no/such/folder/f.json"]);
        Segr.AssertRefused("image", "reason", "--vocab", "cat", "--endpoint", server.Url, "--image", _scratch["none.png"], "--out", file);
        Segr.AssertRefused("--timeout", "reason", "--vocab", "cat", "--endpoint", server.Url, "--timeout", "0", "--out", file);
        Assert.Empty(server.Requests);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void A_model_that_talks_nonsense_leaves_no_file()
    {
        using var server = ChatServer.Saying(_ => "I would rather not.");
        var file = _scratch["reasons.json"];
        var outcome = Segr.Run("reason", "--vocab", "cat", "--endpoint", server.Url, "--out", file, "--no-cache");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("no usable reasons", outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }
}
