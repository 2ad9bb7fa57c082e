using System.Text.Json;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.EndToEnd;

/// <summary>The whole way of a picture through the command line against the reference's final maps: checkpoint, words and PNG in, scores out.</summary>
public sealed class ParityTests
{
    public static TheoryData<string, int> Cases => new()
    {
        { "tiny-linear", 1 }, { "tiny-mlp-pano", 1 }, { "tiny-mlp-pano", 2 }, { "tiny-mlp-pano", 3 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Scores_and_segments_agree(string model, int number)
    {
        var checkpoint = Golden.Locate("maftplus", model, "checkpoint.pth");
        using var golden = SafetensorsFile.Open(Golden.Locate("maftplus", model, $"case-{number}.safetensors"));
        using var json = JsonDocument.Parse(File.ReadAllText(Golden.Locate("maftplus", model, $"case-{number}.json")));
        using var scratch = new Scratch();
        SavePicture(golden, "image", scratch["image.png"]);
        var things = json.RootElement.GetProperty("thing_class_ids").EnumerateArray().Select(e => e.GetInt32()).ToHashSet();
        File.WriteAllLines(scratch["words.txt"], json.RootElement.GetProperty("classes").EnumerateArray()
            .Select((c, i) => $"{c.GetString()} {(things.Contains(i) ? "+thing" : "+stuff")}"));
        List<string> arguments =
        [
            "image", scratch["image.png"], "--model", checkpoint, "--vocab", scratch["words.txt"], "--dump", scratch["dump.safetensors"],
            "--mode", model.EndsWith("pano", StringComparison.Ordinal) ? "panoptic" : "semantic", "--object-threshold", "0.2", "--overlap-threshold", "0.3",
        ];
        if (number > 1)
        {
            arguments.AddRange(["--reason", Golden.Locate("maftplus", model, $"case-{number}.reason.json"), "--ensemble", "reference"]);
        }

        Segr.Run([.. arguments]).MustSucceed();

        using var dump = SafetensorsFile.Open(scratch["dump.safetensors"]);
        Assert.Equal(golden.Read<long>("num_templates"), dump.Read<long>("num_templates"));
        Assert.Equal(golden.Read<long>("token_ids"), dump.Read<long>("token_ids"));
        AssertNear(golden, dump, "text_features", 5e-5);
        AssertNear(golden, dump, "text_classifier", 5e-6);
        AssertNear(golden, dump, "pred_masks", 5e-4);
        AssertNear(golden, dump, "cdt_out", 5e-6);
        AssertNear(golden, dump, "mask_cls", 3e-4);
        if (golden.Read<long>("output_size").SequenceEqual(dump.Read<long>("output_size")))
        {
            AssertNear(golden, dump, "sem_seg", 5e-4);
        }

        if (golden.Contains("panoptic_seg"))
        {
            var expected = golden.Read<int>("panoptic_seg");
            var differing = expected.Zip(dump.Read<int>("panoptic_seg"), (e, a) => e == a ? 0 : 1).Sum();
            Assert.True(differing <= expected.Length * 0.0005, $"{differing} of {expected.Length} pixels differ");
        }
    }

    [Fact]
    public void A_sed_checkpoint_imports_and_every_recorded_stage_agrees()
    {
        using var golden = SafetensorsFile.Open(Golden.Locate("sed", "case_b192.safetensors"));
        using var words = SafetensorsFile.Open(Golden.Locate("sed", "text.safetensors"));
        using var json = JsonDocument.Parse(File.ReadAllText(Golden.Locate("sed", "vocabulary.json")));
        using var scratch = new Scratch();
        SavePicture(golden, "image_resized", scratch["image.png"]);
        File.WriteAllLines(scratch["words.txt"], json.RootElement.GetProperty("classes").EnumerateArray().Select(c => c.GetString()!));
        Segr.Run("import", Golden.Locate("sed", "sed_tiny.pth"), "--out", scratch["sed"], "--class-pooling", "2", "--input-side", "192").MustSucceed();
        Segr.Run("image", scratch["image.png"], "--model", scratch["sed"], "--vocab", scratch["words.txt"], "--dump", scratch["dump.safetensors"]).MustSucceed();

        using var dump = SafetensorsFile.Open(scratch["dump.safetensors"]);
        Assert.Equal(golden.Read<byte>("image_resized"), dump.Read<byte>("image_original"));
        Assert.Equal(words.Read<int>("token_ids").Select(id => (long)id), dump.Read<long>("token_ids"));
        AssertNear(words, dump, "encode_text", 3e-4);
        var stages = golden.Tensors.Keys.Where(name => dump.Contains(name) && name is not ("sem_seg" or "image_original")).ToList();
        Assert.Equal(24, stages.Count);
        Assert.All(stages, name => AssertNear(golden, dump, name, 3e-4));

        Segr.AssertRefused("semantic", "image", scratch["image.png"], "--model", scratch["sed"], "--vocab", "cat", "--mode", "panoptic", "--out", scratch["o.png"]);
        Segr.AssertRefused("80", "image", scratch["image.png"], "--model", scratch["sed"], "--vocab", "cat", "--templates", "vild", "--out", scratch["o.png"]);
        var video = Videos.Make(scratch["in.mp4"], 3, 96, 64);
        Segr.Run("video", video, "--model", scratch["sed"], "--vocab", "ball; sky", "--out", scratch["out.mp4"]).MustSucceed();
        Assert.Equal(3, Videos.Probe(scratch["out.mp4"]).Frames);
    }

    private static void AssertNear(SafetensorsFile golden, SafetensorsFile dump, string name, double tolerance)
    {
        Assert.Equal(golden[name].Shape, dump[name].Shape);
        var worst = golden.ReadFloats(name).Zip(dump.ReadFloats(name), (e, a) => Math.Abs((double)e - a)).Max();
        Assert.True(worst <= tolerance, $"{name} is off by {worst:E2}, {tolerance:E0} is allowed");
    }

    private static void SavePicture(SafetensorsFile golden, string name, string path)
    {
        var shape = golden[name].Shape;
        var pixels = golden.Read<byte>(name);
        using var frame = FramePool.Shared.Rent(new FrameFormat(shape[1], shape[0]));
        for (var i = 0; i < pixels.Length; i += 3)
        {
            (frame.Pixels[i], frame.Pixels[i + 1], frame.Pixels[i + 2]) = (pixels[i + 2], pixels[i + 1], pixels[i]);
        }

        PictureFile.Write(frame, path);
    }
}
