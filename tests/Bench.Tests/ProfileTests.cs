using OpenSegR.Realtime.Bench;

namespace OpenSegR.Realtime.Tests.Bench;

public sealed class ProfileTests
{
    // Two runs of one product and one addition, as ONNX Runtime writes them; the end of a name tells what is measured.
    private const string Trace = """
        [
        {"cat":"Session","pid":1,"tid":1,"dur":400,"ts":5,"ph":"X","name":"session_initialization","args":{}},
        {"cat":"Session","pid":1,"tid":1,"dur":9000,"ts":1000,"ph":"X","name":"model_run","args":{}},
        {"cat":"Node","pid":1,"tid":1,"dur":7000,"ts":1100,"ph":"X","name":"trunk/stage0/0/Linear_kernel_time","args":{"op_name":"Linear","input_type_shape":[{"float":[100,32]},{"float":[64,32]}],"output_type_shape":[{"float":[100,64]}]}},
        {"cat":"Node","pid":1,"tid":1,"dur":1000,"ts":9000,"ph":"X","name":"Add_kernel_time","args":{"op_name":"Add","input_type_shape":[{"float":[100,64]},{"float":[]}],"output_type_shape":[{"float":[100,64]}]}},
        {"cat":"Session","pid":1,"tid":1,"dur":4000,"ts":20000,"ph":"X","name":"model_run","args":{}},
        {"cat":"Node","pid":1,"tid":1,"dur":2000,"ts":20100,"ph":"X","name":"trunk/stage0/0/Linear_kernel_time","args":{"op_name":"Linear","input_type_shape":[{"float":[100,32]},{"float":[64,32]}],"output_type_shape":[{"float":[100,64]}]}},
        {"cat":"Node","pid":1,"tid":1,"dur":500,"ts":23000,"ph":"X","name":"Add_kernel_time","args":{"op_name":"Add","input_type_shape":[{"float":[100,64]},{"float":[]}],"output_type_shape":[{"float":[100,64]}]}}
        ]
        """;

    [Fact]
    public void A_trace_is_folded_by_part_and_by_operator_without_the_warm_up()
    {
        var profile = NetworkProfile.Of("x", ReadTrace(Trace), 1, 100);
        Assert.Equal((1, 4.0), (profile.Runs, profile.RunMs));
        Assert.Equal([new ProfileRow("trunk/stage0", 1, 2, 2 * 100 * 64 * 32 / 1e9), new ProfileRow("outside", 1, 0.5, 0)], profile.Parts);
        Assert.Equal(["Linear", "Add"], profile.Operators.Select(row => row.Name));

        var text = profile.ToText(markdown: true);
        Assert.Contains("| between operators |  | 1.50 | 37.5 |", text, StringComparison.Ordinal);
        Assert.Contains("| all | 2 | 4.00 | 100.0 |", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_are_told_apart_and_medians_taken()
    {
        var trace = ReadTrace(Trace);
        Assert.Equal([0, 0, 1, 1], trace.Nodes.Select(node => node.Run));
        Assert.Equal(4.5, NetworkProfile.Of("x", trace, 0, 100).Parts[0].Milliseconds);
    }

    [Fact]
    public void A_profile_without_counted_runs_and_a_file_that_is_none_are_refused()
    {
        Assert.Contains("nothing to count", Assert.Throws<InputException>(() => NetworkProfile.Of("x", ReadTrace(Trace), 2, 100)).Message, StringComparison.Ordinal);
        foreach (var text in new[] { "", "{}", "[1]", """[{"cat":"Session","name":"model_run"}]""", """[{"cat":"Session","name":"model_run","ts":"x","dur":1}]""" })
        {
            Assert.Contains("is no profile", Assert.Throws<InputException>(() => ReadTrace(text)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("trunk/stage2/11/Mlp", "trunk/stage2")]
    [InlineData("trunk/stem/LayerNormalization", "trunk/stem")]
    [InlineData("pixel_decoder/layer5/deformable/Linear_2", "pixel_decoder/deformable")]
    [InlineData("pixel_decoder/layer5/Mlp", "pixel_decoder")]
    [InlineData("mask_decoder/layer2/cross/MatMul_1", "mask_decoder/cross")]
    [InlineData("Transpose_token_3", "outside")]
    public void Parts_are_the_first_scopes_without_layers(string node, string part) => Assert.Equal(part, NetworkProfile.PartOf(node));

    [Fact]
    public void Work_is_counted_from_shapes()
    {
        static double Flops(string op, long[] x, long[] weight, long[] y) => OperatorWork.Flops(op, [x, weight], [y]);
        Assert.Equal(2 * 100 * 32 * 64, Flops("Linear", [100, 32], [64, 32], [100, 64]));
        Assert.Equal(2 * 100 * (32 * 128 + 128 * 16), Flops("Mlp", [100, 32], [128, 32], [100, 16]));
        Assert.Equal(2 * 20 * 10 * 8 * 9 * 4, Flops("Conv2dChannelsLast", [1, 20, 10, 4], [8, 4, 3, 3], [1, 20, 10, 8]));
        Assert.Equal(2 * 8 * 20 * 10 * 9, Flops("Conv", [1, 8, 20, 10], [8, 1, 3, 3], [1, 8, 20, 10]));
        Assert.Equal(2 * 7 * 5 * 3, Flops("Gemm", [7, 3], [5, 3], [7, 5]));
        Assert.Equal(2 * 7 * 5 * 3, Flops("Gemm", [3, 7], [3, 5], [7, 5]));
        Assert.Equal(4 * 2 * 7 * 5 * 3, Flops("MatMul", [4, 7, 3], [4, 3, 5], [4, 7, 5]));
        Assert.Equal(0, Flops("Add", [7, 3], [7, 3], [7, 3]));
        Assert.Equal(0, OperatorWork.Flops("Linear", [[100, 32]], []));
    }

    private static NetworkTrace ReadTrace(string json)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            File.WriteAllText(path, json);
            return NetworkTrace.Read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
