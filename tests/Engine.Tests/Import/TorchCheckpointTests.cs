using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text.Json;
using OpenSegR.Realtime.Import;

namespace OpenSegR.Realtime.Tests.Import;

public sealed class TorchCheckpointTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_tensor_of_a_golden_checkpoint_has_its_recorded_checksum()
    {
        using var checkpoint = Checkpoint.Open(Golden.Locate("sed", "sed_tiny.pth"));
        var expected = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Golden.Locate("sed", "crc32.json")))!;
        // The file also records the three tensors of the other head, which this checkpoint does not have.
        Assert.Equal(245, checkpoint.Tensors.Count);
        Assert.Equal(CheckpointFormat.TorchZip, checkpoint.Format);
        foreach (var name in checkpoint.Tensors.Keys)
        {
            Assert.Equal(expected[name], Crc32.HashToUInt32(TorchFile.ReadBytes(checkpoint, name)).ToString("x8"));
        }
    }

    [Theory]
    [InlineData("tiny-linear")]
    [InlineData("tiny-mlp-pano")]
    public void A_golden_checkpoint_has_exactly_the_listed_names_and_shapes(string model)
    {
        using var checkpoint = Checkpoint.Open(Golden.Locate("maftplus", model, "checkpoint.pth"));
        var expected = JsonSerializer.Deserialize<Dictionary<string, int[]>>(File.ReadAllText(Golden.Locate("maftplus", model, "tensors.json")))!;
        Assert.Equal(expected.Keys.Order(), checkpoint.Tensors.Keys.Order());
        Assert.All(expected, pair => Assert.Equal(pair.Value, checkpoint.Tensors[pair.Key].Shape));
        // A tensor that shares its storage with another one reads the same.
        Assert.Equal(
            TorchFile.ReadBytes(checkpoint, "backbone.clip_model.ln_final.weight"), TorchFile.ReadBytes(checkpoint, "backbone_t.clip_model.ln_final.weight"));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void A_small_archive_reads_back(bool zip64, bool deflate)
    {
        using var checkpoint = Open(TorchFile.Archive(TorchFile.Description([4, 6], [6, 1]), zip64: zip64, deflate: deflate));
        Assert.Equal([4, 6], checkpoint.Tensors["w"].Shape);
        Assert.Equal(TorchFile.Values, TorchFile.Read<float>(checkpoint, "w"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Views_with_offsets_and_strides_are_gathered_in_C_order(bool deflate)
    {
        Check([6, 4], [1, 6], 0, (r, c) => r + (c * 6));
        Check([3, 2], [1, 12], 5, (r, c) => 5 + r + (c * 12));
        Check([2, 3], [6, 2], 1, (r, c) => 1 + (r * 6) + (c * 2));
        Check([4, 5], [6, 1], 1, (r, c) => 1 + (r * 6) + c);
        Check([2, 3], [3, 1], 7, (r, c) => 7 + (r * 3) + c);
        Check([5, 3], [0, 1], 2, (r, c) => 2 + c);
        Check([1, 24], [999, 1], 0, (r, c) => c);

        void Check(long[] shape, long[] strides, long offset, Func<int, int, int> index)
        {
            using var checkpoint = Open(TorchFile.Archive(TorchFile.Description(shape, strides, offset), deflate: deflate));
            var expected =
                from row in Enumerable.Range(0, (int)shape[0])
                from column in Enumerable.Range(0, (int)shape[1])
                select TorchFile.Values[index(row, column)];
            Assert.Equal(expected, TorchFile.Read<float>(checkpoint, "w"));
        }
    }

    [Fact]
    public void Three_axes_permuted_and_a_scalar_and_nothing()
    {
        using var permuted = Open(TorchFile.Archive(TorchFile.Description([4, 2, 3], [1, 12, 4])));
        var expected =
            from a in Enumerable.Range(0, 4)
            from b in Enumerable.Range(0, 2)
            from c in Enumerable.Range(0, 3)
            select TorchFile.Values[a + (b * 12) + (c * 4)];
        Assert.Equal(expected, TorchFile.Read<float>(permuted, "w"));

        using var scalar = Open(TorchFile.Archive(TorchFile.Description([], [], 23)));
        Assert.Empty(scalar.Tensors["w"].Shape);
        Assert.Equal([11.5f], TorchFile.Read<float>(scalar, "w"));

        using var nothing = Open(TorchFile.Archive(TorchFile.Description([0, 7], [7, 1], 24)));
        Assert.Empty(TorchFile.ReadBytes(nothing, "w"));
    }

    [Fact]
    public void A_large_strided_view_crosses_piece_borders_correctly()
    {
        const int Rows = 700, Columns = 1003;
        var values = Enumerable.Range(0, Rows * Columns).ToArray();
        var description = TorchFile.Description([Columns, Rows], [1, Columns], 0, values.Length, "IntStorage");
        using var checkpoint = Open(TorchFile.Archive(description, TorchFile.Bytes(values)));
        var actual = TorchFile.Read<int>(checkpoint, "w");
        for (var i = 0; i < actual.Length; i++)
        {
            Assert.Equal((i % Rows * Columns) + (i / Rows), actual[i]);
        }
    }

    [Theory]
    [InlineData("FloatStorage", TensorType.F32, 24)]
    [InlineData("HalfStorage", TensorType.F16, 48)]
    [InlineData("BFloat16Storage", TensorType.BF16, 48)]
    [InlineData("DoubleStorage", TensorType.F64, 12)]
    [InlineData("LongStorage", TensorType.I64, 12)]
    [InlineData("IntStorage", TensorType.I32, 24)]
    [InlineData("ShortStorage", TensorType.I16, 48)]
    [InlineData("CharStorage", TensorType.I8, 96)]
    [InlineData("ByteStorage", TensorType.U8, 96)]
    [InlineData("BoolStorage", TensorType.BOOL, 96)]
    public void Every_element_type_is_read_and_gathered(string storage, TensorType type, int count)
    {
        using var whole = Open(TorchFile.Archive(TorchFile.Description([count], [1], 0, count, storage)));
        Assert.Equal(type, whole.Tensors["w"].Type);
        var bytes = TorchFile.ReadBytes(whole, "w");
        Assert.Equal(TorchFile.Bytes(TorchFile.Values), bytes);

        using var strided = Open(TorchFile.Archive(TorchFile.Description([count / 2], [2], 0, count, storage)));
        var size = bytes.Length / count;
        Assert.Equal(bytes.Chunk(size).Where((_, i) => i % 2 == 0).SelectMany(chunk => chunk), TorchFile.ReadBytes(strided, "w"));
    }

    [Fact]
    public void Wrappers_and_prefixes_are_taken_off()
    {
        foreach (var (wrapper, prefix) in new[] { ("model", ""), ("state_dict", "module."), ("module", "module._orig_mod."), (null, "model."), (null, "") })
        {
            var pickle = new PickleBuilder().Dict();
            pickle = wrapper is null ? pickle : pickle.Text("iteration").Number(7).Op('s').Text(wrapper).Dict();
            foreach (var name in new[] { "a.weight", "b.weight" })
            {
                pickle.Text(prefix + name).Tensor("0", "FloatStorage", 24, 0, [24], [1]).Op('s');
            }

            pickle = wrapper is null ? pickle : pickle.Op('s');
            using var checkpoint = Open(TorchFile.Archive(pickle.Stop().ToArray()));
            Assert.Equal(["a.weight", "b.weight"], checkpoint.Tensors.Keys.Order());
        }

        // A prefix that only some names have is part of the names.
        var mixed = new PickleBuilder().Dict()
            .Text("module.a").Tensor("0", "FloatStorage", 24, 0, [24], [1]).Op('s')
            .Text("b").Tensor("0", "FloatStorage", 24, 0, [24], [1]).Op('s').Stop();
        using var kept = Open(TorchFile.Archive(mixed.ToArray()));
        Assert.Equal(["b", "module.a"], kept.Tensors.Keys.Order());
    }

    [Fact]
    public void What_training_leaves_beside_the_weights_is_ignored()
    {
        // OrderedDict with _metadata, a parameter, a numpy scalar, an optimizer's dict, long numbers, sets, protocol 4 operations.
        var pickle = new PickleBuilder(4).Raw(0x95, 0, 0, 0, 0, 0, 0, 0, 0).Dict().Mark()
            .Text("model").Global("collections", "OrderedDict").Op(')').Reduce().Raw(0x94)
            .Mark().Text("w").Global("torch._utils", "_rebuild_parameter").Mark()
            .Tensor("0", "FloatStorage", 24, 0, [24], [1]).Raw(0x88).Global("collections", "OrderedDict").Op(')').Reduce().Tuple().Reduce().Op('u')
            .Dict().Text("_metadata").Dict().Op('s').Op('b')
            .Text("optimizer").Dict().Text("state").Dict().Op('s')
            .Text("lr").Raw(0x8C, 11).Raw("numpy.dtype"u8.ToArray()).Op('0')
            .Raw(0x8C, 21).Raw("numpy.core.multiarray"u8.ToArray()).Raw(0x8C, 6).Raw("scalar"u8.ToArray()).Raw(0x93)
            .Global("numpy", "dtype").Text("f8").Raw(0x89).Raw(0x88).Raw(0x87).Reduce()
            .Mark().Number(3).Text("<").Op('N').Op('N').Op('N').Number(-1).Number(-1).Number(0).Tuple().Op('b')
            .Global("_codecs", "encode").Text("ABCDEFGH").Text("latin1").Raw(0x86).Reduce()
            .Raw(0x86).Reduce()
            .Text("big").Raw(0x8A, 20).Raw(new byte[20])
            .Text("set").Raw(0x8F).Mark().Number(1).Raw(0x90)
            .Text("rng").Op('C').Raw(3, 1, 2, 3)
            .Text("float").Op('G').Raw(new byte[8])
            .Op('u').Stop();
        using var checkpoint = Open(TorchFile.Archive(pickle.ToArray()));
        Assert.Equal(TorchFile.Values, TorchFile.Read<float>(checkpoint, "w"));
    }

    [Fact]
    public void The_last_of_two_entries_of_a_dict_wins_as_in_python()
    {
        var pickle = new PickleBuilder().Dict()
            .Text("w").Tensor("0", "FloatStorage", 24, 0, [2], [1]).Op('s')
            .Text("w").Tensor("0", "FloatStorage", 24, 4, [3], [1]).Op('s').Stop();
        using var checkpoint = Open(TorchFile.Archive(pickle.ToArray()));
        Assert.Equal(TorchFile.Values[4..7], TorchFile.Read<float>(checkpoint, "w"));
    }

    [Fact]
    public void A_checksum_that_was_not_recorded_is_not_checked()
    {
        var archive = new ZipBuilder().Add("a/data.pkl", TorchFile.Description([24], [1]), crc: 0).Add("a/data/0", TorchFile.Bytes(TorchFile.Values), crc: 0).Build();
        using var checkpoint = Open(archive);
        Assert.Equal(TorchFile.Values, TorchFile.Read<float>(checkpoint, "w"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_wrong_checksum_is_an_error_for_whole_blocks_and_for_parts(int stride)
    {
        var archive = new ZipBuilder().Add("a/data.pkl", TorchFile.Description([12], [stride])).Add("a/data/0", TorchFile.Bytes(TorchFile.Values), crc: 1).Build();
        using var checkpoint = Open(archive);
        var error = Assert.Throws<ModelException>(() => TorchFile.ReadBytes(checkpoint, "w"));
        Assert.Contains("checksum", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_container_of_old_versions_is_read()
    {
        var bytes = Legacy(TorchFile.Description([4, 6], [6, 1]), 24, TorchFile.Bytes(TorchFile.Values));
        using var checkpoint = Open(bytes);
        Assert.Equal(CheckpointFormat.TorchLegacy, checkpoint.Format);
        Assert.Equal(TorchFile.Values, TorchFile.Read<float>(checkpoint, "w"));

        Assert.Contains("cut short", Refuse(bytes[..^1]).Message, StringComparison.Ordinal);
        Assert.Contains("another length", Refuse(Legacy(TorchFile.Description([4, 6], [6, 1]), 23, TorchFile.Bytes(TorchFile.Values))).Message, StringComparison.Ordinal);
        Assert.Contains("plain pickle", Refuse(new PickleBuilder().Dict().Stop().ToArray()).Message, StringComparison.Ordinal);
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            Refuse(bytes[..cut]);
        }
    }

    [Fact]
    public void A_view_of_an_old_container_adds_its_offset()
    {
        var description = new PickleBuilder().Dict().Text("w").Global("torch._utils", "_rebuild_tensor_v2").Mark()
            .Mark().Text("storage").Global("torch", "FloatStorage").Text("0").Text("cpu").Number(24)
            .Mark().Text("7").Number(10).Number(8).Tuple().Tuple().Op('Q')
            .Number(2).Numbers(3).Numbers(1).Raw(0x89).Global("collections", "OrderedDict").Op(')').Reduce().Tuple().Reduce().Op('s').Stop().ToArray();
        using var checkpoint = Open(Legacy(description, 24, TorchFile.Bytes(TorchFile.Values)));
        Assert.Equal(TorchFile.Values[12..15], TorchFile.Read<float>(checkpoint, "w"));
    }

    [Fact]
    public void The_content_tells_the_format_whatever_the_name_says()
    {
        SafetensorsWriter.Save(_folder.File("model.pth"), [NamedTensor.From("module.w", new[] { 1f, 2f }, 2)]);
        using (var checkpoint = Checkpoint.Open(_folder.File("model.pth")))
        {
            Assert.Equal(CheckpointFormat.Safetensors, checkpoint.Format);
            Assert.Equal([1f, 2f], TorchFile.Read<float>(checkpoint, "w"));
        }

        using var archive = Checkpoint.Open(_folder.Write("model.safetensors", TorchFile.Archive(TorchFile.Description([24], [1]))));
        Assert.Equal(CheckpointFormat.TorchZip, archive.Format);
    }

    [Fact]
    public void Copying_can_be_cancelled()
    {
        using var checkpoint = Open(TorchFile.Archive(TorchFile.Description([24], [1])));
        Assert.Throws<OperationCanceledException>(() => checkpoint.CopyTo("w", _ => { }, new CancellationToken(canceled: true)));
    }

    /// <summary>The container of torch before 1.6.</summary>
    internal static byte[] Legacy(byte[] description, long count, byte[] block)
    {
        var magic = new byte[] { 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19 };
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, count);
        return
        [
            .. new PickleBuilder().Raw(0x8A, 10).Raw(magic).Stop().ToArray(),
            .. new PickleBuilder().Number(1001).Stop().ToArray(),
            .. new PickleBuilder().Dict().Text("little_endian").Raw(0x88).Op('s').Stop().ToArray(),
            .. description,
            .. new PickleBuilder().List().Text("0").Op('a').Stop().ToArray(),
            .. length,
            .. block,
        ];
    }

    private Checkpoint Open(byte[] bytes) => Checkpoint.Open(_folder.Write("checkpoint.pth", bytes));

    private ModelException Refuse(byte[] bytes)
    {
        var path = _folder.Write("checkpoint.pth", bytes);
        return Assert.Throws<ModelException>(() => Checkpoint.Open(path).Dispose());
    }
}
