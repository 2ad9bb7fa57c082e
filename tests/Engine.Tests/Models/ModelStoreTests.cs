using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Models;
using OpenSegR.Realtime.Tests.Import;

namespace OpenSegR.Realtime.Tests.Models;

public sealed class ModelStoreTests : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly ModelStore _store;

    public ModelStoreTests()
    {
        Directory.CreateDirectory(_folder.File("models"));
        SafetensorsWriter.Save(_folder.File("a.safetensors"), FakeModel.Tensors(FakeModel.MaftPlus).Values);
        ModelImporter.Import(_folder.File("a.safetensors"), _folder.File("models/small"), cancellation: TestContext.Current.CancellationToken);
        _store = new ModelStore([_folder.File("models")], _folder.File("cache"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_name_a_folder_and_a_manifest_mean_the_same_model()
    {
        foreach (var argument in (string[])["small", _folder.File("models/small"), _folder.File("models/small") + "/", _folder.File("models/small/model.json")])
        {
            using var model = Open(argument);
            Assert.Equal(_folder.File("models/small"), Path.TrimEndingDirectorySeparator(model.Path));
        }
    }

    [Fact]
    public void A_checkpoint_is_imported_once()
    {
        string path;
        using (var first = Open(_folder.File("a.safetensors")))
        {
            path = first.Path;
            Assert.StartsWith(_folder.File("cache"), path, StringComparison.Ordinal);
        }

        var written = File.GetLastWriteTimeUtc(Path.Combine(path, "weights.safetensors"));
        File.Copy(_folder.File("a.safetensors"), _folder.File("copy.bin"));
        using (var second = Open(_folder.File("copy.bin")))
        {
            Assert.Equal(path, second.Path);
            Assert.Equal(written, File.GetLastWriteTimeUtc(second.WeightsPath));
        }

        // Other options are another model.
        File.Copy(_folder.File("a.safetensors"), _folder.File("a_pano.safetensors"));
        using var panoptic = Open(_folder.File("a_pano.safetensors"));
        Assert.True(panoptic.Manifest.MaftPlus!.Panoptic);
        using var heads = _store.Open(_folder.File("a.safetensors"), new ImportOptions { TextHeads = 3 }, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(3, heads.Manifest.MaftPlus!.TextHeads);
        Assert.Equal(3, new[] { path, panoptic.Path, heads.Path }.Distinct().Count());
    }

    [Fact]
    public void A_damaged_cache_is_repaired()
    {
        string weights;
        using (var model = Open(_folder.File("a.safetensors")))
        {
            weights = model.WeightsPath;
        }

        File.WriteAllBytes(weights, [1, 2, 3]);
        using var again = Open(_folder.File("a.safetensors"));
        Assert.True(new FileInfo(weights).Length > 1000);
    }

    [Fact]
    public async Task Many_at_once_get_one_import()
    {
        var paths = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            () =>
            {
                using var model = new ModelStore([], _folder.File("cache")).Open(_folder.File("a.safetensors"), cancellation: TestContext.Current.CancellationToken);
                return model.Path;
            },
            TestContext.Current.CancellationToken)));
        Assert.Single(paths.Distinct());
        Assert.Single(Directory.GetDirectories(_folder.File("cache")));
    }

    [Fact]
    public void What_is_not_there_is_one_clear_line()
    {
        Assert.Contains("one of: small", Refuse("large").Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", Refuse(_folder.File("none.pth")).Message, StringComparison.Ordinal);
        Assert.Contains("not a model folder", Refuse(_folder.Path).Message, StringComparison.Ordinal);
        Assert.Contains("empty", Refuse(" ").Message, StringComparison.Ordinal);
        Refuse("..");
        Refuse("../small");
        Refuse("a\0b");
        Assert.Contains("text file", Refuse(_folder.Write("text.pth", "hello, I am a text file\n"u8.ToArray())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Models_are_listed_usable_or_not()
    {
        Directory.CreateDirectory(_folder.File("models/broken"));
        File.WriteAllText(_folder.File("models/broken/model.json"), "{}");
        Directory.CreateDirectory(_folder.File("models/not-a-model"));
        using var cached = Open(_folder.File("a.safetensors"));
        var list = _store.List();
        Assert.Equal(["broken", "small", cached.Path], list.Select(model => model.Name));
        Assert.Null(list[0].Manifest);
        Assert.NotNull(list[0].Problem);
        Assert.NotNull(list[1].Manifest);
        Assert.Null(list[1].Problem);
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_one_clear_line()
    {
        var store = new ModelStore([], _folder.Write("file", [1]));
        var error = Assert.Throws<InputException>(() => store.Open(_folder.File("a.safetensors"), cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("SEGR_CACHE", error.Message, StringComparison.Ordinal);
    }

    private ModelFolder Open(string argument) => _store.Open(argument, cancellation: TestContext.Current.CancellationToken);

    private ModelException Refuse(string argument) => Assert.Throws<ModelException>(() => Open(argument).Dispose());
}
