using OpenSegR.Realtime.Import;

namespace OpenSegR.Realtime.Tests.Import;

/// <summary>Files that are damaged, are something else, or were made to harm: each is one clear line, quickly and in little memory.</summary>
public sealed class HostileCheckpointTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("posix", "system", "os.system")]
    [InlineData("nt", "system", "os.system")]
    [InlineData("os", "system", "os.system")]
    [InlineData("builtins", "eval", "builtins.eval")]
    [InlineData("builtins", "getattr", "builtins.getattr")]
    [InlineData("subprocess", "Popen", "subprocess.Popen")]
    [InlineData("torch.storage", "_load_from_bytes", "torch.storage._load_from_bytes")]
    [InlineData("torch.jit", "load", "torch.jit.load")]
    [InlineData("torch", "load", "torch.load")]
    [InlineData("collections", "OrderedDict.__class__", "collections.OrderedDict.__class__")]
    public void A_pickle_that_calls_something_is_refused_by_name(string module, string name, string shown)
    {
        var reduce = new PickleBuilder().Global(module, name).Text("touch /tmp/pwned").Raw(0x85).Reduce().Stop().ToArray();
        var stackGlobal = new PickleBuilder(4).Text(module).Text(name).Raw(0x93).Text("touch /tmp/pwned").Raw(0x85).Reduce().Stop().ToArray();
        foreach (var bytes in new[] { TorchFile.Archive(reduce), TorchFile.Archive(stackGlobal), reduce, TorchCheckpointTests.Legacy(reduce, 0, []) })
        {
            var error = Refuse(bytes);
            Assert.Contains("refused", error.Message, StringComparison.Ordinal);
            Assert.Contains(shown, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("torch._utils", "_rebuild_sparse_tensor")]
    [InlineData("torch._utils", "_rebuild_qtensor")]
    [InlineData("torch", "ComplexFloatStorage")]
    [InlineData("torch", "QInt8Storage")]
    public void Tensors_of_other_kinds_are_named(string module, string name)
    {
        var error = Refuse(TorchFile.Archive(new PickleBuilder().Global(module, name).Stop().ToArray()));
        Assert.Contains("not supported", error.Message, StringComparison.Ordinal);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Allowed_names_cannot_be_used_for_something_else()
    {
        // A class as a function, a function with wrong arguments, a name from the list inside a wrapper.
        Refuse(TorchFile.Archive(new PickleBuilder().Global("torch", "FloatStorage").Op(')').Reduce().Stop().ToArray()));
        Refuse(TorchFile.Archive(new PickleBuilder().Global("torch._utils", "_rebuild_tensor_v2").Op(')').Reduce().Stop().ToArray()));
        Refuse(TorchFile.Archive(new PickleBuilder().Global("torch._utils", "_rebuild_parameter").Numbers(1, 2).Reduce().Stop().ToArray()));
        Refuse(TorchFile.Archive(new PickleBuilder().Text("posix").Text("system").Raw(0x86).Text("ls").Raw(0x85).Reduce().Stop().ToArray()));
        Refuse(TorchFile.Archive(new PickleBuilder().Global("torch._tensor", "_rebuild_from_type_v2").Mark()
            .Global("torch._tensor", "_rebuild_from_type_v2").Global("torch", "Tensor").Op(')').Op('N').Tuple().Reduce().Stop().ToArray()));
        Refuse(TorchFile.Archive(new PickleBuilder().Global("collections", "OrderedDict").List().Number(1).Op('a').Raw(0x85).Reduce().Stop().ToArray()));
    }

    [Fact]
    public void Controls_in_a_name_do_not_reach_the_terminal()
    {
        var error = Refuse(TorchFile.Archive(new PickleBuilder(4).Text("a\u001b[2J\nb").Text(new string('x', 5000)).Raw(0x93).Stop().ToArray()));
        Assert.DoesNotContain('\u001b', error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.True(error.Message.Length < 800);
    }

    [Fact]
    public void Values_that_double_again_and_again_cost_nothing()
    {
        // Each list holds the one before twice: 2^60 values if anyone walked them.
        var pickle = new PickleBuilder().List().Op('q').Raw(0);
        for (byte i = 1; i <= 60; i++)
        {
            pickle.List().Op('q').Raw(i).Mark().Op('h').Raw((byte)(i - 1)).Op('h').Raw((byte)(i - 1)).Op('e').Op('0');
        }

        Refuse(TorchFile.Archive(pickle.Op('h').Raw(60).Stop().ToArray()));
    }

    [Fact]
    public void A_list_that_holds_itself_is_no_trap()
    {
        var pickle = new PickleBuilder().Dict().Op('q').Raw(0).Text("model").Op('h').Raw(0).Op('s').Stop().ToArray();
        Assert.Contains("holds no weights", Refuse(TorchFile.Archive(pickle)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('(')]
    [InlineData(']')]
    [InlineData('N')]
    public void Endless_nesting_is_stopped(char op)
    {
        var pickle = new PickleBuilder();
        var bytes = new byte[3_000_000];
        Array.Fill(bytes, (byte)op);
        Assert.Contains("refused", Refuse(TorchFile.Archive(pickle.Raw(bytes).Stop().ToArray(), deflate: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deeply_nested_values_do_not_exhaust_the_stack()
    {
        var pickle = new PickleBuilder().Op('N');
        for (var i = 0; i < 900_000; i++)
        {
            pickle.Raw(0x85);
        }

        Refuse(TorchFile.Archive(pickle.Stop().ToArray()));
    }

    [Fact]
    public void Lengths_that_the_data_does_not_have_are_refused_without_memory()
    {
        var before = GC.GetTotalAllocatedBytes();
        foreach (var claim in (byte[][])
        [
            [(byte)'X', 0xFF, 0xFF, 0xFF, 0x7F], [(byte)'X', 0xFF, 0xFF, 0xFF, 0xFF], [(byte)'B', 0xFF, 0xFF, 0xFF, 0xFF], [(byte)'T', 0xFF, 0xFF, 0xFF, 0x7F],
            [(byte)'T', 0xFF, 0xFF, 0xFF, 0xFF], [0x8B, 0xFF, 0xFF, 0xFF, 0x7F], [0x8B, 0xFF, 0xFF, 0xFF, 0xFF],
            [0x8D, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0x8E, 0, 0, 0, 0, 1, 0, 0, 0], [0x96, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            [(byte)'r', 0xFF, 0xFF, 0xFF, 0xFF], [(byte)'j', 0xFF, 0xFF, 0xFF, 0xFF], [(byte)'M', 1], [(byte)'G', 1, 2],
        ])
        {
            Refuse(TorchFile.Archive(new PickleBuilder().Op('N').Raw(claim).ToArray()));
        }

        Assert.True(GC.GetTotalAllocatedBytes() - before < 50_000_000);
    }

    [Theory]
    [InlineData(new[] { (byte)'0' })]
    [InlineData(new[] { (byte)'t' })]
    [InlineData(new[] { (byte)'R' })]
    [InlineData(new[] { (byte)'s' })]
    [InlineData(new[] { (byte)'a' })]
    [InlineData(new[] { (byte)'b' })]
    [InlineData(new[] { (byte)'Q' })]
    [InlineData(new[] { (byte)'.' })]
    [InlineData(new[] { (byte)'(', (byte)'.' })]
    [InlineData(new[] { (byte)'}', (byte)'(', (byte)'N', (byte)'u' })]
    [InlineData(new[] { (byte)'N', (byte)'(', (byte)'N', (byte)'R' })]
    [InlineData(new[] { (byte)'N', (byte)'N', (byte)'a' })]
    [InlineData(new[] { (byte)'N', (byte)'N', (byte)'b' })]
    [InlineData(new[] { (byte)'h', (byte)5 })]
    [InlineData(new[] { (byte)'I', (byte)'1', (byte)'\n' })]
    [InlineData(new byte[] { 0x82, 1 })]
    [InlineData(new byte[] { 0x97 })]
    [InlineData(new byte[] { 0x80, 99 })]
    [InlineData(new byte[] { 0x00 })]
    public void Operations_out_of_place_are_refused(byte[] operations) =>
        Refuse(TorchFile.Archive(new PickleBuilder().Raw(operations).Stop().ToArray()));

    [Theory]
    [InlineData(new[] { 25L }, new[] { 1L }, 0L, 24L)]
    [InlineData(new[] { 24L }, new[] { 1L }, 1L, 24L)]
    [InlineData(new[] { 24L }, new[] { 1L }, 0L, 25L)]
    [InlineData(new[] { 24L }, new[] { 1L }, -1L, 24L)]
    [InlineData(new[] { 24L }, new[] { -1L }, 23L, 24L)]
    [InlineData(new[] { -1L }, new[] { 1L }, 0L, 24L)]
    [InlineData(new[] { 24L }, new[] { 1L }, long.MaxValue, 24L)]
    [InlineData(new[] { 2L, 2L }, new[] { long.MaxValue, long.MaxValue }, 0L, 24L)]
    [InlineData(new[] { 2147483647L, 2L }, new[] { 4611686018427387904L, 1L }, 0L, 24L)]
    [InlineData(new[] { 2147483648L }, new[] { 0L }, 0L, 24L)]
    [InlineData(new[] { 2147483647L, 2147483647L, 2147483647L }, new[] { 0L, 0L, 0L }, 0L, 24L)]
    [InlineData(new[] { 2147483647L }, new[] { 0L }, 0L, 24L)]
    [InlineData(new[] { 24L }, new[] { 1L, 1L }, 0L, 24L)]
    [InlineData(new[] { 24L }, new[] { 1L }, 0L, long.MaxValue)]
    [InlineData(new[] { 24L }, new[] { 1L }, 0L, -24L)]
    public void Views_beyond_their_data_are_refused(long[] shape, long[] strides, long offset, long storageCount) =>
        Refuse(TorchFile.Archive(TorchFile.Description(shape, strides, offset, storageCount)));

    [Fact]
    public void Endless_names_and_prefixes_are_refused()
    {
        var name = string.Concat(Enumerable.Repeat("module.", 500_000));
        Assert.Contains("characters long", Refuse(TorchFile.Archive(new PickleBuilder().Dict().Text(name).Tensor("0", "FloatStorage", 24, 0, [24], [1]).Op('s').Stop().ToArray())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_axes_and_unknown_types_are_refused()
    {
        var ones = Enumerable.Repeat(1L, 17).ToArray();
        Refuse(TorchFile.Archive(TorchFile.Description(ones, ones)));
        Refuse(TorchFile.Archive(TorchFile.Description([24], [1], storage: "ComplexFloatStorage")));
        Refuse(TorchFile.Archive(TorchFile.Description([24], [1], storage: "UntypedStorage")));
        Assert.Contains("block '../../etc/passwd'", Refuse(TorchFile.Archive(TorchFile.Description([24], [1], key: "../../etc/passwd"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_that_would_fill_the_disk_are_refused()
    {
        // Few bytes, many names, each a view of one element repeated.
        var pickle = new PickleBuilder().Dict();
        for (var i = 0; i < 100; i++)
        {
            pickle.Text($"t{i}").Tensor("0", "FloatStorage", 24, 0, [4096, 1024], [0, 0]).Op('s');
        }

        Assert.Contains("would unpack to more", Refuse(TorchFile.Archive(pickle.Stop().ToArray())).Message, StringComparison.Ordinal);

        // A block that deflates a thousandfold.
        const int Count = 100_000_000;
        var zeros = new byte[Count];
        var bomb = TorchFile.Archive(TorchFile.Description([Count], [1], 0, Count, "ByteStorage"), zeros, deflate: true);
        Assert.True(bomb.Length < Count / 900);
        Assert.Contains("would unpack to more", Refuse(bomb).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_description_that_unpacks_without_end_is_refused()
    {
        var pickle = new byte[40_000_000];
        Array.Fill(pickle, (byte)'N');
        Assert.Contains("description", Refuse(TorchFile.Archive(pickle, deflate: true)).Message, StringComparison.Ordinal);
        // The table of contents claims less than there is.
        var lying = new ZipBuilder().Add("a/data.pkl", pickle, deflate: true, length: 1000).Build();
        Refuse(lying);
    }

    [Fact]
    public void Archives_built_to_deceive_are_refused()
    {
        var description = TorchFile.Description([24], [1]);
        var block = TorchFile.Bytes(TorchFile.Values);
        ZipBuilder Start() => new ZipBuilder().Add("a/data.pkl", description);
        Assert.Contains("twice", Refuse(Start().Add("a/data/0", block).Add("a/data/0", new byte[96]).Build()).Message, StringComparison.Ordinal);
        Refuse(Start().Add("a/data/0", block).Add("a/data/1", block, offset: 0, localName: "a/data/1").Build());
        Assert.Contains("second name", Refuse(Start().Add("a/data/0", block, localName: "b/data/0").Build()).Message, StringComparison.Ordinal);
        Assert.Contains("claims", Refuse(Start().Add("a/data/0", block, length: uint.MaxValue - 1).Build()).Message, StringComparison.Ordinal);
        Assert.Contains("claims", Refuse(Start().Add("a/data/0", block, deflate: true, length: uint.MaxValue - 1).Build()).Message, StringComparison.Ordinal);
        Assert.Contains("encrypted", Refuse(Start().Add("a/data/0", block, flags: 1).Build()).Message, StringComparison.Ordinal);
        Assert.Contains("method 12", Refuse(Start().Add("a/data/0", block, method: 12).Build()).Message, StringComparison.Ordinal);
        Assert.Contains("outside", Refuse(Start().Add("a/data/0", block, offset: 50_000).Build()).Message, StringComparison.Ordinal);
        Refuse(Start().Add("a/data/0", block, offset: 7).Build());
        Refuse(Start().Add("a/data/0", block, length: 0, stored: 0).Build());
        Assert.Contains("2 checkpoints", Refuse(Start().Add("b/data.pkl", description).Build()).Message, StringComparison.Ordinal);
        Assert.Contains("no data.pkl", Refuse(new ZipBuilder().Add("a/readme.txt", [1]).Build()).Message, StringComparison.Ordinal);
        Assert.Contains("no data.pkl", Refuse(new ZipBuilder().Add("deep/er/data.pkl", description).Build()).Message, StringComparison.Ordinal);
        Assert.Contains("TorchScript", Refuse(Start().Add("a/constants.pkl", [1]).Build()).Message, StringComparison.Ordinal);
        Assert.Contains("big-endian", Refuse(Start().Add("a/byteorder", "big"u8.ToArray()).Add("a/data/0", block).Build()).Message, StringComparison.Ordinal);
        Assert.Contains("block '0' is not in it", Refuse(Start().Build()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_share_bytes_are_refused()
    {
        // Two names in the table for one local record: the second name differs, so make the same local bytes serve by nesting.
        var inner = new ZipBuilder().Add("a/data/1", TorchFile.Bytes(TorchFile.Values)).Build();
        var zip = new ZipBuilder().Add("a/data.pkl", TorchFile.Description([24], [1])).Add("a/data/0", inner);
        var nested = zip.Build();
        var at = IndexOf(nested, "a/data/1"u8) - 30;
        var bytes = new ZipBuilder().Add("a/data.pkl", TorchFile.Description([24], [1])).Add("a/data/0", inner)
            .Add("a/data/1", TorchFile.Bytes(TorchFile.Values), offset: (uint)at).Build();
        Assert.Contains("overlap", Refuse(bytes).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ends_of_archives_that_lie_are_refused()
    {
        ZipBuilder Start() => new ZipBuilder().Add("a/data.pkl", TorchFile.Description([24], [1])).Add("a/data/0", TorchFile.Bytes(TorchFile.Values));
        Refuse(Start().Build(count: 3));
        Refuse(Start().Build(count: 65535));
        Refuse(Start().Build(zip64: true, count: int.MaxValue));
        Refuse(Start().Build(zip64: true, count: -1));
        Refuse(Start().Build(directoryOffset: uint.MaxValue - 5));
        Refuse(Start().Build(directoryOffset: 0));
        Refuse(Start().Build(directoryLength: uint.MaxValue - 5));
        Refuse(Start().Build(directoryLength: 0));
        Refuse([.. Start().Build(), 0]);
        Checkpoint.Open(_folder.Write("comment.pth", Start().Build(comment: "PK\u0005\u0006 made by hand"u8.ToArray()))).Dispose();
    }

    [Fact]
    public void What_is_something_else_is_said_to_be()
    {
        Check([], "is empty");
        Check("just a note\n"u8.ToArray(), "a text file");
        Check([0xEF, 0xBB, 0xBF, .. "with a mark\r\n"u8], "a text file");
        Check("  <!DOCTYPE html><html>"u8.ToArray(), "a web page");
        Check("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"u8.ToArray(), "Git LFS pointer");
        Check([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3], "packed archive");
        Check([.. new byte[257], .. "ustar"u8, .. new byte[250]], "packed archive");
        Check([0, 1, 2, 3], "no checkpoint that can be read");
        Check(new byte[100], "no checkpoint that can be read");
        Check([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10], "no checkpoint that can be read");
        Check("PK\u0003\u0004"u8.ToArray(), "cut short");
        Check("PK\u0005\u0006"u8.ToArray(), "cut short");
        Check(new ZipBuilder().Build(), "no data.pkl");
        Check([0x80], "no checkpoint that can be read");
        Check([0x80, 2], "damaged");
        Check([5, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}'], "safetensors");

        void Check(byte[] bytes, string what) => Assert.Contains(what, Refuse(bytes).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_opened_is_said_so()
    {
        Assert.Contains("does not exist", Assert.Throws<ModelException>(() => Checkpoint.Open(_folder.File("none.pth"))).Message, StringComparison.Ordinal);
        Assert.Contains("is a folder", Assert.Throws<ModelException>(() => Checkpoint.Open(_folder.Path)).Message, StringComparison.Ordinal);
        Assert.Throws<ModelException>(() => Checkpoint.Open(_folder.File(new string('x', 5000))));
        Assert.Throws<ModelException>(() => Checkpoint.Open(""));
        if (OperatingSystem.IsLinux())
        {
            foreach (var device in (string[])["/dev/null", "/dev/zero", "/proc/self/mem"])
            {
                Assert.Throws<ModelException>(() => Checkpoint.Open(device).Dispose());
            }
        }
    }

    private static int IndexOf(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> text) => bytes.IndexOf(text);

    private ModelException Refuse(byte[] bytes)
    {
        var path = _folder.Write("hostile.pth", bytes);
        var error = Assert.Throws<ModelException>(() =>
        {
            using var checkpoint = Checkpoint.Open(path);
            foreach (var name in checkpoint.Tensors.Keys)
            {
                checkpoint.CopyTo(name, _ => { }, TestContext.Current.CancellationToken);
            }
        });
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        return error;
    }
}
