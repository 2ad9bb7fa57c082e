using System.Buffers;
using Google.Protobuf;
using OpenSegR.Realtime.Graph.Protos;
using OpenSegR.Realtime.Import;

namespace OpenSegR.Realtime.Inference;

/// <summary>
/// Writes a generated graph so that it stands alone: the weights that it points to are copied into one data file beside it, in the format
/// that every ONNX runtime reads (external data with location, offset and length).
/// </summary>
internal static class OnnxExporter
{
    // What memory mapping wants of offsets on every platform.
    private const int Alignment = 4096;
    private const int CopyBytes = 1 << 20;

    /// <summary>Writes PATH and PATH.data; each appears complete or not at all.</summary>
    /// <exception cref="InputException">A file cannot be written.</exception>
    public static void Write(string path, ModelProto model, SafetensorsFile weights)
    {
        var dataPath = path + ".data";
        using var graph = new TemporaryFile(path);
        using var data = new TemporaryFile(dataPath);
        var position = 0L;
        foreach (var tensor in model.Graph.Initializer)
        {
            if (tensor.DataLocation != TensorProto.Types.DataLocation.External)
            {
                continue;
            }

            var padding = (int)((Alignment - (position % Alignment)) % Alignment);
            data.Write(new byte[padding]);
            position += padding;
            var (offset, length) = (Entry(tensor, "offset"), Entry(tensor, "length"));
            Copy(weights, long.Parse(offset.Value), long.Parse(length.Value), data);
            Entry(tensor, "location").Value = Path.GetFileName(dataPath);
            offset.Value = position.ToString();
            position += long.Parse(length.Value);
        }

        graph.Write(model.ToByteArray());
        data.Commit(durable: false);
        graph.Commit(durable: false);
    }

    private static StringStringEntryProto Entry(TensorProto tensor, string key) => tensor.ExternalData.Single(entry => entry.Key == key);

    private static void Copy(SafetensorsFile weights, long offset, long length, TemporaryFile target)
    {
        // The initializer lies inside one tensor of the file: all of it or some of its rows.
        var tensor = weights.InFileOrder.First(whole => whole.Offset <= offset && offset + length <= whole.Offset + whole.ByteLength);
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            for (var done = 0L; done < length;)
            {
                var piece = buffer.AsSpan(0, (int)Math.Min(CopyBytes, length - done));
                weights.ReadBytes(tensor, offset - tensor.Offset + done, piece);
                target.Write(piece);
                done += piece.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
