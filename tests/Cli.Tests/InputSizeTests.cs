using OpenSegR.Realtime.Cli.Options;

namespace OpenSegR.Realtime.Tests.Cli;

public sealed class InputSizeTests
{
    [Theory]
    [InlineData("640x384", 640, 384)]
    [InlineData("32X4096", 32, 4096)]
    public void Sizes_are_read_width_first(string text, int width, int height) =>
        Assert.Equal(new InputSize(width, height), InputSize.Parse(text));

    [Theory]
    [InlineData("640x360", "640x352")]
    [InlineData("650x384", "640x384")]
    [InlineData("640", "640x384")]
    [InlineData("x", "640x384")]
    [InlineData("-32x64", "32 to 4096")]
    [InlineData("8192x64", "32 to 4096")]
    [InlineData("99999999999x64", "640x384")]
    public void Other_texts_are_refused_with_what_would_work(string text, string mustSay) =>
        Assert.Contains(mustSay, Assert.Throws<InputException>(() => InputSize.Parse(text)).Message, StringComparison.Ordinal);
}
