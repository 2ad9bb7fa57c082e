using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Inference;

namespace OpenSegR.Realtime.Tests.Inference;

public sealed class OnnxTextEncoderTests
{
    [Fact]
    public void SentencesOfEveryLengthAgreeWithTheReference()
    {
        using var golden = SafetensorsFile.Open(Golden.Locate("maftplus", "encode_text.safetensors"));
        Check(GoldenModel.Linear, golden);
    }

    [Theory]
    [InlineData(GoldenModel.Linear, 1)]
    [InlineData(GoldenModel.Linear, 3)]
    [InlineData(GoldenModel.Panoptic, 1)]
    public void PromptsAgreeWithTheReference(string model, int number)
    {
        using var golden = SafetensorsFile.Open(Golden.Locate("maftplus", model, $"case-{number}.safetensors"));
        Check(model, golden);
    }

    [Fact]
    public void ManyCallersGetWhatOneGets()
    {
        using var golden = SafetensorsFile.Open(Golden.Locate("maftplus", "encode_text.safetensors"));
        using var encoder = Create(GoldenModel.Linear);
        var ids = Ids(golden);
        var expected = golden.ReadFloats("text_features");
        Parallel.For(0, 6, i =>
        {
            var features = new float[expected.Length];
            encoder.Encode(ids, features, null, CancellationToken.None);
            Assert.True(Difference.Largest(expected, features) <= GoldenTolerance.Of("text_features"));
        });
    }

    [Fact]
    public void ProgressAndCancellationWork()
    {
        using var golden = SafetensorsFile.Open(Golden.Locate("maftplus", GoldenModel.Linear, "case-1.safetensors"));
        using var encoder = Create(GoldenModel.Linear);
        var ids = Ids(golden);
        var features = new float[ids.Length / encoder.ContextLength * encoder.Dimension];
        var progress = new Collected();
        encoder.Encode(ids, features, progress, CancellationToken.None);
        Assert.Equal(ids.Length / encoder.ContextLength, progress.Values[^1]);
        Assert.True(progress.Values.Count > 1);

        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => encoder.Encode(ids, features, null, cancelled.Token));
    }

    [Fact]
    public void NothingIsEncodedToNothingAndWrongInputIsRejected()
    {
        using var encoder = Create(GoldenModel.Linear);
        encoder.Encode([], [], null, CancellationToken.None);
        Assert.Throws<ArgumentException>(() => encoder.Encode(new int[76], new float[64], null, CancellationToken.None));
        Assert.Throws<ArgumentException>(() => encoder.Encode(new int[77], new float[63], null, CancellationToken.None));
        var outside = new int[77];
        outside[3] = 49408;
        Assert.Throws<ArgumentException>(() => encoder.Encode(outside, new float[64], null, CancellationToken.None));
    }

    private static void Check(string model, SafetensorsFile golden)
    {
        using var encoder = Create(model);
        var expected = golden.ReadFloats("text_features");
        var features = new float[expected.Length];
        encoder.Encode(Ids(golden), features, null, CancellationToken.None);
        var worst = Difference.Largest(expected, features);
        Assert.True(worst <= GoldenTolerance.Of("text_features"), $"off by {worst:E2}");
    }

    private static OnnxTextEncoder Create(string model) => new MaftPlusModel(GoldenModel.Get(model), Sessions.Create()).CreateTextEncoder();

    private static int[] Ids(SafetensorsFile golden) => [.. golden.Read<long>("token_ids").Select(id => (int)id)];

    private sealed class Collected : IProgress<int>
    {
        public List<int> Values { get; } = [];

        public void Report(int value) => Values.Add(value);
    }
}
