using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Tests.Models;

namespace OpenSegR.Realtime.Tests.Import;

/// <summary>Small checkpoints cut at every place and changed at random: either they still read, or the error is a <see cref="ModelException"/>.</summary>
public sealed class DamagedCheckpointTests : IDisposable
{
    private const int Mutations = 1500;
    private readonly ScratchFolder _folder = new();

    public static TheoryData<string> Kinds => ["zip", "zip64", "deflated", "legacy", "safetensors"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Cut_anywhere(string kind)
    {
        var bytes = Make(kind);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(TryRead(bytes.AsSpan(0, length).ToArray()), $"a {kind} checkpoint cut to {length} of {bytes.Length} bytes was read");
        }

        Assert.True(TryRead(bytes));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Changed_at_random(string kind)
    {
        var bytes = Make(kind);
        var random = new Random(20240607);
        var before = GC.GetTotalAllocatedBytes();
        var refused = 0;
        for (var i = 0; i < Mutations; i++)
        {
            var changed = (byte[])bytes.Clone();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                var at = random.Next(changed.Length);
                changed[at] = random.Next(3) switch
                {
                    0 => (byte)(changed[at] ^ (1 << random.Next(8))),
                    1 => (byte)random.Next(256),
                    _ => (byte)(random.Next(2) * 255),
                };
            }

            refused += TryRead(changed) ? 0 : 1;
        }

        Assert.True(refused > Mutations / 4, $"only {refused} of {Mutations} changed files were refused");
        Assert.True(GC.GetTotalAllocatedBytes() - before < Mutations * 1_000_000L, "a changed file made the reader allocate far more than its size");
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("zip64")]
    public void A_changed_value_is_always_noticed(string kind)
    {
        var bytes = Make(kind);
        var at = bytes.AsSpan().IndexOf(TorchFile.Bytes(TorchFile.Values));
        for (var i = 0; i < TorchFile.Values.Length * sizeof(float); i++)
        {
            var changed = (byte[])bytes.Clone();
            changed[at + i] ^= 1;
            Assert.False(TryRead(changed));
        }
    }

    [Fact]
    public void A_whole_model_cut_at_many_places_is_never_imported()
    {
        var bytes = FakeModel.TorchBytes(FakeModel.Tensors(FakeModel.MaftPlus).Values);
        for (var length = 0; length < bytes.Length; length += bytes.Length / 150)
        {
            var path = _folder.Write("cut.pth", bytes[..length]);
            Assert.Throws<ModelException>(() => ModelImporter.Import(path, _folder.File("model"), cancellation: TestContext.Current.CancellationToken));
            Assert.Equal(["cut.pth"], _folder.List());
        }

        ModelImporter.Import(_folder.Write("whole.pth", bytes), _folder.File("model"), cancellation: TestContext.Current.CancellationToken);
    }

    private static byte[] Make(string kind)
    {
        var description = TorchFile.Description([4, 6], [6, 1]);
        switch (kind)
        {
            case "zip": return TorchFile.Archive(description, zip64: false);
            case "zip64": return TorchFile.Archive(description, zip64: true);
            case "deflated": return TorchFile.Archive(description, deflate: true);
            case "legacy": return TorchCheckpointTests.Legacy(description, 24, TorchFile.Bytes(TorchFile.Values));
            default:
                using (var folder = new ScratchFolder())
                {
                    SafetensorsWriter.Save(folder.File("a"), [NamedTensor.From("w", TorchFile.Values, 4, 6), NamedTensor.From("b", new long[3], 3)]);
                    var padded = File.ReadAllBytes(folder.File("a"));
                    // Without the padding, so that most changes hit something that matters.
                    var json = System.Text.Encoding.UTF8.GetString(padded, 8, 4088).TrimEnd();
                    return [.. BitConverter.GetBytes((long)json.Length), .. System.Text.Encoding.UTF8.GetBytes(json), .. padded[4096..]];
                }
        }
    }

    private bool TryRead(byte[] bytes)
    {
        var path = _folder.Write("damaged.bin", bytes);
        try
        {
            using var checkpoint = Checkpoint.Open(path);
            foreach (var name in checkpoint.Tensors.Keys)
            {
                checkpoint.CopyTo(name, _ => { }, TestContext.Current.CancellationToken);
            }

            return true;
        }
        catch (ModelException)
        {
            return false;
        }
    }
}
