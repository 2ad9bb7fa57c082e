using System.Buffers.Binary;
using System.Text;

namespace OpenSegR.Realtime.Tests.Import;

/// <summary>Writes pickles operation by operation, right or wrong.</summary>
internal sealed class PickleBuilder
{
    private readonly List<byte> _bytes = [];

    public PickleBuilder(byte protocol = 2) => Raw(0x80, protocol);

    public byte[] ToArray() => [.. _bytes];

    public PickleBuilder Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public PickleBuilder Op(char op) => Raw((byte)op);

    public PickleBuilder Mark() => Op('(');

    public PickleBuilder Stop() => Op('.');

    public PickleBuilder Dict() => Op('}');

    public PickleBuilder List() => Op(']');

    public PickleBuilder Tuple() => Op('t');

    public PickleBuilder Reduce() => Op('R');

    public PickleBuilder Global(string module, string name) => Op('c').Raw(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    public PickleBuilder Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Op('X').Int32(bytes.Length).Raw(bytes);
    }

    public PickleBuilder Number(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Raw(0x8A, 8).Raw(bytes);
    }

    public PickleBuilder Numbers(params long[] values)
    {
        Mark();
        foreach (var value in values)
        {
            Number(value);
        }

        return Tuple();
    }

    public PickleBuilder Int32(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return Raw(bytes);
    }

    /// <summary>The call that rebuilds a tensor, as torch writes it.</summary>
    public PickleBuilder Tensor(string key, string storage, long storageCount, long offset, long[] shape, long[] strides, string location = "cpu") =>
        Global("torch._utils", "_rebuild_tensor_v2").Mark()
            .Mark().Text("storage").Global("torch", storage).Text(key).Text(location).Number(storageCount).Tuple().Op('Q')
            .Number(offset).Numbers(shape).Numbers(strides).Raw(0x89)
            .Global("collections", "OrderedDict").Op(')').Reduce()
            .Tuple().Reduce();
}
