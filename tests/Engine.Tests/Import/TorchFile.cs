using System.Runtime.InteropServices;
using OpenSegR.Realtime.Import;

namespace OpenSegR.Realtime.Tests.Import;

/// <summary>Makes small checkpoints in the layout of torch.save.</summary>
internal static class TorchFile
{
    public static readonly float[] Values = [.. Enumerable.Range(0, 24).Select(i => i * 0.5f)];

    public static byte[] Bytes<T>(params T[] values) where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    /// <summary>A pickle of {"model": {"w": tensor}} with one float tensor over <see cref="Values"/>.</summary>
    public static byte[] Description(long[] shape, long[] strides, long offset = 0, long storageCount = 24, string storage = "FloatStorage", string key = "0") =>
        new PickleBuilder().Dict().Text("model").Dict().Text("w").Tensor(key, storage, storageCount, offset, shape, strides, "cuda:0").Op('s').Op('s').Stop().ToArray();

    /// <summary>An archive of a description and one block.</summary>
    public static byte[] Archive(byte[] description, byte[]? block = null, bool zip64 = true, bool deflate = false) =>
        new ZipBuilder()
            .Add("archive/data.pkl", description, deflate)
            .Add("archive/byteorder", "little"u8.ToArray())
            .Add("archive/data/0", block ?? Bytes(Values), deflate)
            .Add("archive/version", "3\n"u8.ToArray())
            .Build(zip64);

    /// <summary>Reads a tensor of a checkpoint completely.</summary>
    public static byte[] ReadBytes(Checkpoint checkpoint, string name)
    {
        using var bytes = new MemoryStream();
        checkpoint.CopyTo(name, piece => bytes.Write(piece), TestContext.Current.CancellationToken);
        return bytes.ToArray();
    }

    public static T[] Read<T>(Checkpoint checkpoint, string name) where T : unmanaged =>
        MemoryMarshal.Cast<byte, T>(ReadBytes(checkpoint, name)).ToArray();
}
