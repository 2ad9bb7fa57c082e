using System.Security.Cryptography;
using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Models;
using OpenSegR.Realtime.Tests.Import;

namespace OpenSegR.Realtime.Tests.Models;

public sealed class ModelImporterTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("maftplus/tiny-linear/checkpoint.pth", false)]
    [InlineData("maftplus/tiny-mlp-pano/checkpoint.pth", true)]
    [InlineData("sed/sed_tiny.pth", false)]
    public void A_golden_checkpoint_becomes_a_folder_with_the_same_values(string checkpointName, bool panoptic)
    {
        var path = Golden.Locate(checkpointName.Split('/'));
        var report = ModelImporter.Import(path, _folder.File("model"), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(_folder.File("model"), report.Folder);
        Assert.Equal(panoptic, report.Manifest.MaftPlus?.Panoptic ?? false);
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))), report.Manifest.Provenance, StringComparison.Ordinal);
        Assert.Equal(["model", "model/model.json", "model/weights.safetensors"], _folder.List());

        using var model = ModelFolder.Open(_folder.File("model"), TestContext.Current.CancellationToken);
        using var checkpoint = Checkpoint.Open(path);
        Assert.Equal(report.Tensors, model.Weights.Tensors.Count);
        Assert.Equal(checkpoint.Tensors.Count, model.Weights.Tensors.Count + report.Skipped.Count);
        Assert.Equal(report.Parameters, model.Weights.InFileOrder.Sum(tensor => tensor.Count));
        foreach (var tensor in model.Weights.InFileOrder)
        {
            var stored = new byte[tensor.ByteLength];
            model.Weights.ReadBytes(tensor, 0, stored);
            Assert.Equal(TorchFile.ReadBytes(checkpoint, tensor.Name), stored);
            Assert.Equal(checkpoint.Tensors[tensor.Name].Shape, tensor.Shape);
        }
    }

    [Fact]
    public void The_variant_comes_from_the_name_unless_it_is_said()
    {
        var plain = WriteCheckpoint("maftp_l.safetensors");
        var named = WriteCheckpoint("maftp_l_PANO.safetensors");
        Assert.False(Import(plain, "a").Manifest.MaftPlus!.Panoptic);
        var guessed = Import(named, "b");
        Assert.True(guessed.Manifest.MaftPlus!.Panoptic);
        Assert.Contains(guessed.Assumptions, text => text.Contains("\"pano\"", StringComparison.Ordinal));
        Assert.Contains("\"pano\"", guessed.Manifest.Provenance, StringComparison.Ordinal);
        var said = Import(named, "c", new ImportOptions { Panoptic = false, TextHeads = 3, Name = "mine", Licence = "MIT" });
        Assert.False(said.Manifest.MaftPlus!.Panoptic);
        Assert.Equal((3, "mine", "MIT"), (said.Manifest.MaftPlus.TextHeads, said.Manifest.Name, said.Manifest.Licence));
        Assert.Empty(said.Assumptions);
    }

    [Theory]
    [InlineData(TensorType.F16)]
    [InlineData(TensorType.BF16)]
    [InlineData(TensorType.F64)]
    public void Half_precision_is_kept_and_double_is_narrowed(TensorType type)
    {
        var path = _folder.File("typed.safetensors");
        var specs = FakeModel.Tensors(FakeModel.MaftPlus).Values.Select(tensor => new TensorSpec(tensor.Name, type, tensor.Shape)).ToList();
        using (var writer = SafetensorsWriter.Create(path, specs))
        {
            foreach (var tensor in writer.Tensors)
            {
                for (var i = 0; i < tensor.Count; i++)
                {
                    writer.Write(type switch
                    {
                        TensorType.F16 => TorchFile.Bytes((Half)0.25f),
                        TensorType.BF16 => [0x80, 0x3E],
                        _ => TorchFile.Bytes(0.25),
                    });
                }
            }

            writer.Commit();
        }

        Import(path, "model");
        using var model = ModelFolder.Open(_folder.File("model"), TestContext.Current.CancellationToken);
        Assert.All(model.Weights.InFileOrder, tensor => Assert.Equal(type == TensorType.F64 ? TensorType.F32 : type, tensor.Type));
        Assert.All(model.Weights.ReadFloats("void_embedding.weight"), value => Assert.Equal(0.25f, value));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void A_value_that_is_not_finite_is_named_and_nothing_stays(float bad)
    {
        var tensors = FakeModel.Tensors(FakeModel.MaftPlus);
        var values = new float[16];
        values[7] = bad;
        tensors["cdt.cross_atten.norm.bias"] = NamedTensor.From("cdt.cross_atten.norm.bias", values, 16);
        SafetensorsWriter.Save(_folder.File("bad.safetensors"), tensors.Values);
        var error = Assert.Throws<ModelException>(() => Import(_folder.File("bad.safetensors"), "model"));
        Assert.Contains("cdt.cross_atten.norm.bias", error.Message, StringComparison.Ordinal);
        Assert.Contains("element 7", error.Message, StringComparison.Ordinal);
        Assert.Equal(["bad.safetensors"], _folder.List());
    }

    [Fact]
    public void Damaged_data_leaves_nothing_behind()
    {
        var bytes = FakeModel.TorchBytes(FakeModel.Tensors(FakeModel.MaftPlus).Values);
        bytes[bytes.Length / 3] ^= 0x10;
        var path = _folder.Write("damaged.pth", bytes);
        Assert.Throws<ModelException>(() => Import(path, "model"));
        Assert.Equal(["damaged.pth"], _folder.List());
    }

    [Fact]
    public void A_cancelled_import_leaves_nothing_behind()
    {
        var path = WriteCheckpoint("a.safetensors");
        using var stop = new CancellationTokenSource();
        var progress = new Recorder(report =>
        {
            if (report.Step == ImportStep.Copying && report.BytesDone > report.BytesTotal / 2)
            {
                stop.Cancel();
            }
        });
        Assert.Throws<OperationCanceledException>(() => ModelImporter.Import(path, _folder.File("model"), null, progress, stop.Token));
        Assert.Equal(["a.safetensors"], _folder.List());
    }

    [Fact]
    public void Progress_rises_to_the_total()
    {
        var reports = new List<ImportProgress>();
        ModelImporter.Import(WriteCheckpoint("a.safetensors"), _folder.File("model"), null, new Recorder(reports.Add), TestContext.Current.CancellationToken);
        Assert.NotEmpty(reports);
        foreach (var step in reports.GroupBy(report => report.Step))
        {
            Assert.Equal(step.Select(report => report.BytesDone).Order(), step.Select(report => report.BytesDone));
            Assert.Equal(step.Last().BytesTotal, step.Last().BytesDone);
        }
    }

    [Fact]
    public void An_existing_folder_is_only_replaced_when_asked_and_only_if_it_is_a_model()
    {
        var path = WriteCheckpoint("a.safetensors");
        Import(path, "model");
        Assert.Contains("already", Assert.Throws<InputException>(() => Import(path, "model")).Message, StringComparison.Ordinal);
        Import(path, "model", new ImportOptions { Overwrite = true, Name = "second" });
        Assert.Equal("second", ModelFolder.ReadManifest(_folder.File("model")).Name);

        Directory.CreateDirectory(_folder.File("photos"));
        File.WriteAllText(_folder.File("photos/cat.txt"), "meow");
        Assert.Contains("not empty", Assert.Throws<InputException>(() => Import(path, "photos", new ImportOptions { Overwrite = true })).Message, StringComparison.Ordinal);
        Assert.Contains("a file has that name", Assert.Throws<InputException>(() => Import(path, "photos/cat.txt")).Message, StringComparison.Ordinal);

        Directory.CreateDirectory(_folder.File("empty"));
        Import(path, "empty");
        Assert.Equal(
            ["a.safetensors", "empty", "empty/model.json", "empty/weights.safetensors", "model", "model/model.json", "model/weights.safetensors", "photos", "photos/cat.txt"],
            _folder.List());
    }

    [Fact]
    public void The_report_tells_what_there_is()
    {
        var report = Import(WriteCheckpoint("a.safetensors"), "model");
        Assert.Contains(report.SizeTable, row => row is { Name: "trunk", Value: "ConvNeXt, depths 1, 2, 3, 1, widths 8, 16, 24, 40" });
        Assert.Contains(report.SizeTable, row => row.Name == "mask decoder" && row.Value.Contains("5 queries", StringComparison.Ordinal));
        Assert.Equal(CheckpointFormat.Safetensors, report.Format);
        Assert.Empty(report.SkippedSummary);
    }

    private string WriteCheckpoint(string name)
    {
        SafetensorsWriter.Save(_folder.File(name), FakeModel.Tensors(FakeModel.MaftPlus).Values);
        return _folder.File(name);
    }

    private ImportReport Import(string path, string folder, ImportOptions? options = null) =>
        ModelImporter.Import(path, _folder.File(folder), options, null, TestContext.Current.CancellationToken);

    private sealed class Recorder(Action<ImportProgress> action) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => action(value);
    }
}
