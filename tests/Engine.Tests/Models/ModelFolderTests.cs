using System.Text.Json.Nodes;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Models;
using OpenSegR.Realtime.Tests.Import;

namespace OpenSegR.Realtime.Tests.Models;

public sealed class ModelFolderTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public ModelFolderTests()
    {
        SafetensorsWriter.Save(_folder.File("a.safetensors"), FakeModel.Tensors(FakeModel.MaftPlus).Values);
        ModelImporter.Import(_folder.File("a.safetensors"), _folder.File("model"), cancellation: TestContext.Current.CancellationToken);
    }

    private string ManifestPath => _folder.File("model/model.json");

    private string WeightsPath => _folder.File("model/weights.safetensors");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_opens_with_its_manifest_and_weights()
    {
        using var model = Open();
        Assert.Equal(ModelManifest.MaftPlusArchitecture, model.Manifest.Architecture);
        Assert.Equal(FakeModel.MaftPlus.TrunkDepths, model.Manifest.MaftPlus!.TrunkDepths);
        Assert.Equal(WeightsPath, model.WeightsPath);
        Assert.Equal(64, model.WeightsHash.Length);
        Assert.True(model.Weights.Contains("void_embedding.weight"));
    }

    [Fact]
    public void The_manifest_is_readable_text_in_camel_case()
    {
        var text = File.ReadAllText(ManifestPath);
        Assert.Contains("\n  \"architecture\": \"maft-plus\"", text, StringComparison.Ordinal);
        Assert.Contains("\"trunkDepths\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"sed\"", text, StringComparison.Ordinal);
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Changed_weights_are_noticed_also_when_the_old_hash_is_remembered()
    {
        Open().Dispose();
        var bytes = File.ReadAllBytes(WeightsPath);
        bytes[^1] ^= 1;
        File.WriteAllBytes(WeightsPath, bytes);
        // Coarse file clocks may give the new file the old time.
        File.SetLastWriteTimeUtc(WeightsPath, DateTime.UtcNow.AddSeconds(5));
        Refuse("SHA-256");
    }

    [Fact]
    public void A_remembered_hash_is_used_while_the_file_is_the_same()
    {
        Open().Dispose();
        var time = File.GetLastWriteTimeUtc(WeightsPath);
        var bytes = File.ReadAllBytes(WeightsPath);
        bytes[^1] ^= 1;
        File.WriteAllBytes(WeightsPath, bytes);
        File.SetLastWriteTimeUtc(WeightsPath, time);
        Open().Dispose();
    }

    [Fact]
    public void Shorter_missing_and_foreign_weights_are_noticed()
    {
        var bytes = File.ReadAllBytes(WeightsPath);
        File.WriteAllBytes(WeightsPath, bytes[..^4]);
        Refuse("cut short");
        File.Delete(WeightsPath);
        Refuse("does not exist");
    }

    [Fact]
    public void What_is_no_model_folder_is_said_to_be_none()
    {
        Assert.Contains("not a folder", Assert.Throws<ModelException>(() => ModelFolder.Open(_folder.File("no"), TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Contains("not a model folder", Assert.Throws<ModelException>(() => ModelFolder.Open(_folder.Path, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("format", "2", "newer version")]
    [InlineData("format", "0", "import the checkpoint again")]
    [InlineData("format", "\"1\"", "no valid manifest")]
    [InlineData("name", "\"\"", "name")]
    [InlineData("name", "null", "no valid manifest")]
    [InlineData("architecture", "\"yolo\"", "yolo")]
    [InlineData("architecture", "\"sed\"", "sizes of that architecture")]
    [InlineData("pixelMean", "[1, 2]", "pixelMean")]
    [InlineData("pixelStd", "[1, 2, 0]", "pixelStd")]
    [InlineData("pixelStd", "[1, 2, 1e999]", "pixelStd")]
    [InlineData("sizeDivisor", "16", "sizeDivisor")]
    [InlineData("shortSide", "1", "shortSide")]
    [InlineData("maxSide", "5", "maxSide")]
    [InlineData("overlapThreshold", "1.5", "overlapThreshold")]
    [InlineData("templates", "\"x\"", "templates")]
    [InlineData("weightsFile", "\"other\"", "weightsFile")]
    [InlineData("files", "{}", "files")]
    [InlineData("unheardOf", "1", "no valid manifest")]
    public void Manifests_are_checked(string property, string value, string problem)
    {
        Change(manifest => manifest[property] = JsonNode.Parse(value.Replace("1e999", "1e38", StringComparison.Ordinal)));
        if (value.Contains("1e999", StringComparison.Ordinal))
        {
            File.WriteAllText(ManifestPath, File.ReadAllText(ManifestPath).Replace("1E+38", "1e999", StringComparison.Ordinal).Replace("1e38", "1e999", StringComparison.Ordinal));
        }

        Refuse(problem);
    }

    [Theory]
    [InlineData("../weights.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/weights.safetensors")]
    [InlineData("sub\\weights.safetensors")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("C:weights")]
    [InlineData("model.json")]
    [InlineData("")]
    public void File_names_that_leave_the_folder_are_refused(string name)
    {
        Change(manifest =>
        {
            var files = manifest["files"]!.AsObject();
            var entry = files["weights.safetensors"]!.DeepClone();
            files.Clear();
            files[name] = entry;
            manifest["weightsFile"] = name;
        });
        Refuse("plain file name");
    }

    [Theory]
    [InlineData("trunkDepths", "[1, 2, 3]", "trunkDepths")]
    [InlineData("trunkDepths", "[1, 2, 3, -1]", "trunkDepths")]
    [InlineData("trunkDepths", "[1, 2, 3, 999999999]", "trunkDepths")]
    [InlineData("textHeads", "0", "textHeads")]
    [InlineData("textHeads", "5", "textHeads")]
    [InlineData("queries", "2147483647", "queries")]
    [InlineData("queries", "6", "query_embed")]
    [InlineData("decoderLayers", "4", "missing")]
    [InlineData("decoderLayers", "2", "unknown")]
    [InlineData("pixelDecoderHeads", "16", "sampling_offsets")]
    public void Sizes_that_do_not_fit_the_weights_are_refused(string property, string value, string problem)
    {
        Change(manifest => manifest["maftPlus"]![property] = JsonNode.Parse(value));
        Refuse(problem);
    }

    [Fact]
    public void Damaged_text_is_one_clear_line()
    {
        foreach (var text in (string[])["", "null", "[]", "{", "{}", "not json", "{\"format\": 1}", new string('[', 5000), "\uFEFF"])
        {
            File.WriteAllText(ManifestPath, text);
            Refuse("model.json");
        }

        File.WriteAllBytes(ManifestPath, new byte[2 << 20]);
        Refuse("a manifest has at most");
    }

    [Fact]
    public void Repeated_properties_are_refused()
    {
        File.WriteAllText(ManifestPath, File.ReadAllText(ManifestPath).Replace("\"format\": 1,", "\"format\": 1, \"format\": 1,", StringComparison.Ordinal));
        Refuse("no valid manifest");
    }

    private ModelFolder Open() => ModelFolder.Open(_folder.File("model"), TestContext.Current.CancellationToken);

    private void Change(Action<JsonObject> change)
    {
        var manifest = JsonNode.Parse(File.ReadAllText(ManifestPath))!.AsObject();
        change(manifest);
        File.WriteAllText(ManifestPath, manifest.ToJsonString());
    }

    private void Refuse(string problem)
    {
        var error = Assert.Throws<ModelException>(() => Open().Dispose());
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
