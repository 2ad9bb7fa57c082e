using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Graph.Sed;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Models;
using OpenSegR.Realtime.Tests.Import;

namespace OpenSegR.Realtime.Tests.Inference;

/// <summary>Every recorded stage of the SED reference, for every run that was recorded.</summary>
public sealed class SedParityTests
{
    private static readonly string[] Stages =
    [
        "clip.stem", "clip.res2", "clip.res3", "clip.res4", "clip.res5", "clip.clip_vis_dense", "corr", "corr_embed", "corr_guidance.0",
        "corr_guidance.1", "corr_guidance.2", "guidance.0", "guidance.1", "guidance.2", "decoder1.cnext", "decoder1.attention",
        "decoder1.up", "decoder1.out", "decoder2.out", "mask_aux0", "mask_aux1", "mask_aux2", "logits",
    ];

    public static TheoryData<string, string, int, int?, bool, bool> Runs()
    {
        var data = new TheoryData<string, string, int, int?, bool, bool>();
        foreach (var custom in new[] { false, true })
        {
            foreach (var sample in new[] { "case_b192", "case_b256" })
            {
                data.Add(sample, "", 2, null, custom, false);
                data.Add(sample, "fast2.", 2, 2, custom, false);
                data.Add(sample, "fast1.", 2, 1, custom, false);
                data.Add(sample, "pool1.", 1, null, custom, true);
                data.Add(sample, "pool1.fast2.", 1, 2, custom, true);
            }

            data.Add("case_l192", "", 2, null, custom, false);
            data.Add("case_l192", "fast2.", 2, 2, custom, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void EveryStageAgreesWithTheReference(string sample, string prefix, int pooling, int? top, bool customOperators, bool anySize)
    {
        using var golden = SafetensorsFile.Open(Golden.Locate("sed", sample + ".safetensors"));
        using var words = SafetensorsFile.Open(Golden.Locate("sed", "text.safetensors"));
        using var scratch = new ScratchFolder();
        using var folder = Import(scratch, mlpHead: sample == "case_l192");
        var recorded = Stages.Where(name => golden.Contains(Recorded(golden, prefix, name))).ToList();
        if (top is not null)
        {
            recorded.RemoveAll(name => !name.StartsWith("mask_aux", StringComparison.Ordinal) || !golden.Contains(prefix + name));
        }

        string[] kept = top is null ? [] : ["classes_out0", "classes_out1", "classes_out2"];

        // The sample with the other head is the same picture, recorded once.
        using var pictures = SafetensorsFile.Open(Golden.Locate("sed", (sample == "case_l192" ? "case_b192" : sample) + ".safetensors"));
        var shape = pictures["network_input"].Shape;
        var graph = SedGraph.Build(
            folder.Manifest.Sed! with { ClassPooling = pooling },
            new WeightTable(folder.Manifest.WeightsFile, folder.Weights.Tensors),
            new SegmentorGraphOptions
            {
                Outputs = SegmentorOutputs.SemanticScores,
                Size = anySize ? null : (shape[2], shape[3]),
                Operators = new GraphOperators(customOperators),
                TopClasses = top,
                Dumps = [.. recorded, .. kept],
            });
        using var session = Sessions.Create(customOperators).Create(graph.ToByteArray(), folder.Path);
        using var image = OrtValue.CreateTensorValueFromMemory(pictures.ReadFloats("network_input"), [1, 3, shape[2], shape[3]]);
        using var text = OrtValue.CreateTensorValueFromMemory(
            words.ReadFloats("text_features_tpc"), [.. words["text_features_tpc"].Shape.Select(side => (long)side)]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, [SegmentorTensors.Image, SegmentorTensors.TextFeatures], [image, text], session.OutputNames);
        var actual = session.OutputNames.Zip(outputs).ToDictionary();

        foreach (var name in recorded)
        {
            var expected = Recorded(golden, prefix, name);
            Assert.Equal(golden[expected].Shape.Select(side => (long)side), actual[name].GetTensorTypeAndShape().Shape);
            Compare(expected, golden.ReadFloats(expected), actual[name].GetTensorDataAsSpan<float>(), Tolerance(name));
        }

        var scores = actual[SegmentorTensors.SemanticScores].GetTensorDataAsSpan<float>();
        if (top is null)
        {
            Compare("scores", [.. golden.ReadFloats(prefix + "logits").Select(x => 1 / (1 + MathF.Exp(-x)))], scores, 1e-4);
            return;
        }

        Compare(prefix + "output", golden.ReadFloats(prefix + "output"), scores, 1e-4);
        for (var i = 0; i < 3; i++)
        {
            var survivors = golden.Read<int>(prefix + (i == 2 ? "classes_out" : $"classes_in{i + 1}"));
            Assert.Equal(survivors.Select(c => (long)c), actual[$"classes_out{i}"].GetTensorDataAsSpan<long>().ToArray());
        }
    }

    // Stages before the decoder do not depend on the run and are recorded once, without a prefix.
    private static string Recorded(SafetensorsFile golden, string prefix, string name) =>
        golden.Contains(prefix + name) || name.StartsWith("decoder", StringComparison.Ordinal) ? prefix + name : name;

    private static double Tolerance(string name) => name switch
    {
        "corr" => 3e-5,
        "clip.clip_vis_dense" => 5e-5,
        "corr_embed" => 1e-4,
        _ when name.StartsWith("clip.", StringComparison.Ordinal) => 1e-4,
        _ when name.Contains("guidance", StringComparison.Ordinal) => 5e-5,
        _ => 3e-4,
    };

    private static void Compare(string name, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var allowed = tolerance + (2e-5 * Math.Abs(expected[i]));
            Assert.True(Math.Abs((double)expected[i] - actual[i]) <= allowed, $"{name}[{i}] is {actual[i]}, {expected[i]} is right");
        }
    }

    private static ModelFolder Import(ScratchFolder scratch, bool mlpHead)
    {
        var path = scratch.File("sed");
        var checkpoint = Golden.Locate("sed", "sed_tiny.pth");
        ModelImporter.Import(checkpoint, path);
        if (!mlpHead)
        {
            return ModelFolder.Open(path);
        }

        using var linear = ModelFolder.Open(path);
        using var head = SafetensorsFile.Open(Golden.Locate("sed", "sed_tiny_mlp_head.safetensors"));
        var tensors = linear.Weights.InFileOrder
            .Where(tensor => !tensor.Name.EndsWith("visual.head.proj.weight", StringComparison.Ordinal)).Select(tensor => (linear.Weights, tensor))
            .Concat(head.InFileOrder.Select(tensor => (head, tensor)))
            .Select(pair => NamedTensor.From(pair.tensor.Name, pair.Item1.ReadFloats(pair.tensor.Name), pair.tensor.Shape));
        SafetensorsWriter.Save(scratch.File("mlp.safetensors"), tensors);
        ModelImporter.Import(scratch.File("mlp.safetensors"), scratch.File("mlp"));
        return ModelFolder.Open(scratch.File("mlp"));
    }
}
