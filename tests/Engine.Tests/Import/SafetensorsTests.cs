using System.Security.Cryptography;
using OpenSegR.Realtime.Import;

namespace OpenSegR.Realtime.Tests.Import;

public sealed class SafetensorsTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_type_and_shape_survives_a_round_trip()
    {
        var path = _folder.File("all.safetensors");
        SafetensorsWriter.Save(
            path,
            [
                NamedTensor.From("scalar", new[] { 2.5f }),
                NamedTensor.From("floats", new[] { 1f, -2f, 3f, 4f, 5f, 6f }, 2, 3),
                NamedTensor.From("halves", new[] { (Half)0.5f, (Half)(-7f), Half.Epsilon }, 3),
                NamedTensor.From("doubles", new[] { Math.PI }, 1, 1),
                NamedTensor.From("longs", new[] { long.MinValue, 7L }, 2),
                NamedTensor.From("ints", new[] { int.MaxValue }, 1),
                NamedTensor.From("shorts", new short[] { -3 }, 1),
                NamedTensor.From("sbytes", new sbyte[] { -3, 4, 5 }, 3),
                NamedTensor.From("bytes", new byte[] { 255 }, 1),
                NamedTensor.From("bools", new[] { true, false, true }, 3),
                NamedTensor.From("nothing", Array.Empty<float>(), 0, 4),
            ],
            new Dictionary<string, string> { ["made by"] = "test \"quoted\"" });

        using var file = SafetensorsFile.Open(path);
        Assert.Equal(11, file.Tensors.Count);
        Assert.Equal("test \"quoted\"", file.Metadata["made by"]);
        Assert.Equal([2.5f], file.Read<float>("scalar"));
        Assert.Empty(file["scalar"].Shape);
        Assert.Equal([1f, -2f, 3f, 4f, 5f, 6f], file.Read<float>("floats"));
        Assert.Equal([2, 3], file["floats"].Shape);
        Assert.Equal([(Half)0.5f, (Half)(-7f), Half.Epsilon], file.Read<Half>("halves"));
        Assert.Equal([0.5f, -7f, (float)Half.Epsilon], file.ReadFloats("halves"));
        Assert.Equal([Math.PI], file.Read<double>("doubles"));
        Assert.Equal([(float)Math.PI], file.ReadFloats("doubles"));
        Assert.Equal([long.MinValue, 7L], file.Read<long>("longs"));
        Assert.Equal([(float)long.MinValue, 7f], file.ReadFloats("longs"));
        Assert.Equal([int.MaxValue], file.Read<int>("ints"));
        Assert.Equal([-3f], file.ReadFloats("shorts"));
        Assert.Equal([-3f, 4f, 5f], file.ReadFloats("sbytes"));
        Assert.Equal([255f], file.ReadFloats("bytes"));
        Assert.Equal([true, false, true], file.Read<bool>("bools"));
        Assert.Equal([1f, 0f, 1f], file.ReadFloats("bools"));
        Assert.Empty(file.Read<float>("nothing"));
        Assert.Equal([0, 4], file["nothing"].Shape);
    }

    [Fact]
    public void Bfloat16_is_widened_exactly()
    {
        var path = _folder.File("bf16.safetensors");
        using (var writer = SafetensorsWriter.Create(path, [new TensorSpec("w", TensorType.BF16, [3])]))
        {
            writer.Write([0x80, 0x3F, 0x20, 0xC0, 0x80, 0x7F]);
            writer.Commit();
        }

        using var file = SafetensorsFile.Open(path);
        Assert.Equal([1f, -2.5f, float.PositiveInfinity], file.ReadFloats("w"));
    }

    [Fact]
    public void Tensors_begin_at_the_largest_power_of_two_that_divides_their_length()
    {
        var path = _folder.File("aligned.safetensors");
        SafetensorsWriter.Save(
            path,
            [
                NamedTensor.From("one byte", new byte[1], 1),
                NamedTensor.From("page", new float[1024], 1024),
                NamedTensor.From("scalar", new float[1]),
                NamedTensor.From("row", new float[48], 48),
                NamedTensor.From("eight", new long[3], 3),
                NamedTensor.From("pages", new float[3 * 1024], 3, 1024),
            ]);

        using var file = SafetensorsFile.Open(path);
        Assert.Equal(0, file["page"].Offset % 4096);
        Assert.Equal(0, file["pages"].Offset % 4096);
        Assert.Equal(0, file["row"].Offset % 64);
        Assert.Equal(0, file["eight"].Offset % 8);
        Assert.Equal(0, file["scalar"].Offset % 4);
        Assert.All(file.InFileOrder.Zip(file.InFileOrder.Skip(1)), pair => Assert.Equal(pair.First.Offset + pair.First.ByteLength, pair.Second.Offset));
        Assert.Equal(file.Length, file.InFileOrder[^1].Offset + file.InFileOrder[^1].ByteLength);
    }

    [Fact]
    public void Commit_returns_the_hash_of_the_file_and_nothing_else_stays()
    {
        var path = _folder.File("hash.safetensors");
        string hash;
        using (var writer = SafetensorsWriter.Create(path, [new TensorSpec("a", TensorType.U8, [3])]))
        {
            writer.Write([1]);
            writer.Write([2, 3]);
            hash = writer.Commit(durable: true);
        }

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))), hash);
        Assert.Equal(["hash.safetensors"], _folder.List());
    }

    [Fact]
    public void An_unfinished_write_leaves_nothing_and_keeps_the_old_file()
    {
        var path = _folder.Write("kept.safetensors", [42]);
        using (var writer = SafetensorsWriter.Create(path, [new TensorSpec("a", TensorType.F32, [100])]))
        {
            writer.Write(new byte[8]);
            Assert.Throws<InvalidOperationException>(() => writer.Commit());
            Assert.Throws<InvalidOperationException>(() => writer.Write(new byte[400]));
        }

        Assert.Equal(["kept.safetensors"], _folder.List());
        Assert.Equal([42], File.ReadAllBytes(path));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_one_clear_line()
    {
        var path = Path.Combine(_folder.Path, "no", "such", "a.safetensors");
        var error = Assert.Throws<InputException>(() => SafetensorsWriter.Save(path, []));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_file_without_tensors_is_valid()
    {
        SafetensorsWriter.Save(_folder.File("none.safetensors"), []);
        using var file = SafetensorsFile.Open(_folder.File("none.safetensors"));
        Assert.Empty(file.Tensors);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, null)]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}   """, 8, null)]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "cut short")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "tensors end at byte")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "does not fill")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "claims bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8, "claims bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "impossible side")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967298],"data_offsets":[0,8]}}""", 8, "impossible side")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647,2147483647],"data_offsets":[0,8]}}""", 8, "does not fill")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647,0],"data_offsets":[0,0]}}""", 0, "does not fill")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", 4, "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""", 8, "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,8]}}""", 8, "damaged")]
    [InlineData("""{"a":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}}""", 8, "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}""", 8, "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "lacks")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "lacks")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"extra":1}}""", 8, "unknown or repeated")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "unknown or repeated")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", 8, "not supported")]
    [InlineData("""{"a":{"dtype":"0","shape":[2],"data_offsets":[0,8]}}""", 8, "not supported")]
    [InlineData("""{"a":{"dtype":"","shape":[2],"data_offsets":[0,8]}}""", 8, "not supported")]
    [InlineData("""{"a":{"dtype":"F32, F16","shape":[2],"data_offsets":[0,8]}}""", 8, "not supported")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}""", 8, "appears twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}}""", 20, "unused bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} {}""", 8, "damaged")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", 8, "damaged")]
    [InlineData("""[]""", 0, "not an object")]
    [InlineData("""{"a":7}""", 0, "not an object")]
    [InlineData("""{"__metadata__":{"a":7}}""", 0, "not a string")]
    [InlineData("""{"__metadata__":[]}""", 0, "not an object")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0, "damaged")]
    [InlineData("""{"a":{"dtype":"F32","shape":[[[[[[[[[[[[]]]]]]]]]]]],"data_offsets":[0,0]}}""", 0, "whole numbers")]
    public void Headers_are_checked(string json, int dataLength, string? problem)
    {
        var path = _folder.WriteSafetensors(json, dataLength);
        if (problem is null)
        {
            SafetensorsFile.Open(path).Dispose();
            return;
        }

        var error = Assert.Throws<ModelException>(() => SafetensorsFile.Open(path));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(1ul)]
    [InlineData(3ul)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1ul << 63)]
    [InlineData(100_000_001ul)]
    public void A_header_length_beyond_the_file_is_refused(ulong length)
    {
        var path = _folder.WriteSafetensors("{}", 0, length);
        Assert.Throws<ModelException>(() => SafetensorsFile.Open(path));
    }

    [Fact]
    public void What_is_no_file_is_one_clear_line()
    {
        var missing = Assert.Throws<ModelException>(() => SafetensorsFile.Open(_folder.File("missing")));
        Assert.Contains("does not exist", missing.Message, StringComparison.Ordinal);
        var folder = Assert.Throws<ModelException>(() => SafetensorsFile.Open(_folder.Path));
        Assert.Contains("is a folder", folder.Message, StringComparison.Ordinal);
        Assert.Throws<ModelException>(() => SafetensorsFile.Open(_folder.Write("empty", [])));
        Assert.Throws<ModelException>(() => SafetensorsFile.Open(""));
        Assert.Throws<ModelException>(() => SafetensorsFile.Open("a\0b"));
        if (OperatingSystem.IsLinux())
        {
            Assert.Throws<ModelException>(() => SafetensorsFile.Open("/dev/null"));
        }
    }

    [Fact]
    public void A_wrong_name_or_type_is_one_clear_line()
    {
        SafetensorsWriter.Save(_folder.File("a"), [NamedTensor.From("w", new[] { 1f }, 1)]);
        using var file = SafetensorsFile.Open(_folder.File("a"));
        Assert.Contains("no tensor 'x'", Assert.Throws<ModelException>(() => file.ReadFloats("x")).Message, StringComparison.Ordinal);
        Assert.Contains("F32", Assert.Throws<ModelException>(() => file.Read<long>("w")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadBytes(file["w"], 1, new byte[4]));
    }

    [Theory]
    [InlineData(TensorType.F32, 4, 0x7F, 0x80)]
    [InlineData(TensorType.F16, 2, 0x7C, 0x00)]
    [InlineData(TensorType.BF16, 2, 0xFF, 0x80)]
    [InlineData(TensorType.F64, 8, 0xFF, 0xF0)]
    public void Non_finite_elements_are_found_wherever_they_are(TensorType type, int size, byte last, byte secondLast)
    {
        for (var count = 1; count < 80; count += 7)
        {
            var bytes = new byte[count * size];
            Array.Fill(bytes, (byte)0x3B);
            Assert.Equal(-1, TensorConversion.IndexOfNonFinite(type, bytes));
            for (var bad = 0; bad < count; bad++)
            {
                var copy = (byte[])bytes.Clone();
                copy[(bad * size) + size - 1] = last;
                copy[(bad * size) + size - 2] = secondLast;
                Assert.Equal(bad, TensorConversion.IndexOfNonFinite(type, copy));
            }
        }
    }

    [Fact]
    public void Golden_files_open()
    {
        using var file = SafetensorsFile.Open(Golden.Locate("maftplus", "encode_text.safetensors"));
        Assert.Equal([20, 77], file["token_ids"].Shape);
        Assert.Equal(TensorType.I64, file["token_ids"].Type);
        Assert.Equal(49406, file.Read<long>("token_ids")[0]);
        Assert.All(file.ReadFloats("text_features"), value => Assert.True(float.IsFinite(value)));
    }
}
