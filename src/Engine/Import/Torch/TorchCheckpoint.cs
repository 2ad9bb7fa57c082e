using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OpenSegR.Realtime.Import;

/// <summary>A checkpoint that torch.save wrote, in either container. Tensor data stays in the file until it is copied out.</summary>
internal sealed class TorchCheckpoint : Checkpoint
{
    private const int PieceBytes = 1 << 20;

    // A strided view is gathered from memory; no published model comes near this.
    private const long MaxGatherBytes = 1L << 30;

    private readonly SafeFileHandle _handle;
    private readonly Dictionary<string, PickleTensor> _views;
    private readonly Dictionary<PickleStorage, ZipEntry> _blocks = [];
    private readonly HashSet<string> _verified = new(StringComparer.Ordinal);

    /// <summary>Takes a file over and checks every tensor against the data that is there.</summary>
    /// <exception cref="ModelException">The description is damaged or a tensor does not fit its data.</exception>
    public TorchCheckpoint(
        SafeFileHandle handle, string path, long length, CheckpointFormat format, object? root, Func<PickleStorage, ZipEntry> locate)
        : base(path, length, format)
    {
        _handle = handle;
        _views = StateDict.Find(root, path);
        var specs = new Dictionary<string, TensorSpec>(_views.Count, StringComparer.Ordinal);
        foreach (var (name, view) in _views)
        {
            if (!_blocks.TryGetValue(view.Storage, out var block))
            {
                _blocks.Add(view.Storage, block = locate(view.Storage));
            }

            CheckBounds(name, view, block);
            specs.Add(name, new TensorSpec(name, view.Type, view.Shape));
        }

        SetTensors(specs);
    }

    /// <inheritdoc/>
    public override void CopyTo(string name, TensorSink sink, CancellationToken cancellation = default)
    {
        var view = _views[Find(name).Name];
        var block = _blocks[view.Storage];
        var size = view.Type.ByteSize();
        TensorSpec.TryCount(view.Shape, out var count);
        if (count == 0)
        {
            return;
        }

        var first = (view.Storage.ViewOffset + view.Offset) * size;
        if (IsContiguous(view))
        {
            if (first == 0 && count * size == block.Length)
            {
                CopyWhole(block, sink, cancellation);
                return;
            }

            Verify(block, cancellation);
            CopyRange(block, first, count * size, sink, cancellation);
            return;
        }

        var span = (Reach(view) + 1) * size;
        if (span > MaxGatherBytes)
        {
            throw new ModelException($"'{Path}': tensor '{name}' is a strided view across {span} bytes; save it contiguous: tensor.contiguous()");
        }

        Verify(block, cancellation);
        var source = new byte[span];
        var filled = 0;
        CopyRange(block, first, span, piece => { piece.CopyTo(source.AsSpan(filled)); filled += piece.Length; }, cancellation);
        switch (size)
        {
            case 1: Gather<byte>(source, view, sink, cancellation); break;
            case 2: Gather<ushort>(source, view, sink, cancellation); break;
            case 4: Gather<uint>(source, view, sink, cancellation); break;
            default: Gather<ulong>(source, view, sink, cancellation); break;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _handle.Dispose();
        }
    }

    private void CheckBounds(string name, PickleTensor view, ZipEntry block)
    {
        var size = view.Type.ByteSize();
        var available = view.Storage.Type is null ? view.Storage.Count / size : view.Storage.Count;
        if (available > block.Length / size)
        {
            throw new ModelException($"'{Path}' is a damaged checkpoint: the data of tensor '{name}' has {block.Length} bytes, {available} elements of {size} are expected; get the file again");
        }

        if (!TensorSpec.TryCount(view.Shape, out var count))
        {
            throw new ModelException($"'{Path}': tensor '{name}' of shape {TensorSpec.FormatShape(view.Shape)} is impossibly large; the file is damaged, get it again");
        }

        // Reach cannot overflow once each factor is known to be within the block.
        available -= view.Storage.ViewOffset;
        if (count > 0 && (view.Offset >= available || !Reaches(view, available - view.Offset)))
        {
            throw new ModelException($"'{Path}' is a damaged checkpoint: tensor '{name}' of shape {TensorSpec.FormatShape(view.Shape)} lies outside its data; get the file again");
        }
    }

    /// <summary>True where the last element is less than <paramref name="available"/> elements after the first.</summary>
    private static bool Reaches(PickleTensor view, long available)
    {
        var left = available - 1;
        for (var i = 0; i < view.Shape.Length; i++)
        {
            var steps = view.Shape[i] - 1L;
            if (steps > 0 && view.Strides[i] > 0)
            {
                if (view.Strides[i] > left / steps)
                {
                    return false;
                }

                left -= view.Strides[i] * steps;
            }
        }

        return true;
    }

    /// <summary>Distance in elements from the first element to the farthest.</summary>
    private static long Reach(PickleTensor view)
    {
        var reach = 0L;
        for (var i = 0; i < view.Shape.Length; i++)
        {
            reach += (view.Shape[i] - 1L) * view.Strides[i];
        }

        return reach;
    }

    private static bool IsContiguous(PickleTensor view)
    {
        var expected = 1L;
        for (var i = view.Shape.Length - 1; i >= 0; i--)
        {
            if (view.Shape[i] != 1 && view.Strides[i] != expected)
            {
                return false;
            }

            expected *= view.Shape[i];
        }

        return true;
    }

    /// <summary>Copies a block and checks it on the way.</summary>
    private void CopyWhole(ZipEntry block, TensorSink sink, CancellationToken cancellation)
    {
        var crc = new Crc32();
        CopyRange(block, 0, block.Length, piece => { crc.Append(piece); sink(piece); }, cancellation);
        CheckCrc(block, crc);
    }

    /// <summary>Checks a block of which only a part is used, once.</summary>
    private void Verify(ZipEntry block, CancellationToken cancellation)
    {
        if (block.Crc32 == 0 || !_verified.Add(block.Name))
        {
            return;
        }

        var crc = new Crc32();
        CopyRange(block, 0, block.Length, crc.Append, cancellation);
        CheckCrc(block, crc);
    }

    private void CheckCrc(ZipEntry block, Crc32 crc)
    {
        if (block.Crc32 != 0 && crc.GetCurrentHashAsUInt32() != block.Crc32)
        {
            throw new ModelException($"'{Path}' is a damaged checkpoint: the data of block '{block.Name}' does not have the checksum that was saved with it; get the file again");
        }
    }

    private void CopyRange(ZipEntry block, long start, long length, TensorSink sink, CancellationToken cancellation)
    {
        // Stored data is read where it lies; compressed data has to be unpacked from its start.
        using var stream = block.Deflated
            ? TorchZip.OpenEntry(_handle, Path, block)
            : new SectionStream(_handle, Path, block.Offset + start, length);
        var buffer = new byte[(int)Math.Min(PieceBytes, Math.Max(length, 1))];
        for (var skip = block.Deflated ? start : 0; skip > 0;)
        {
            skip -= ReadSome(stream, buffer.AsSpan(0, (int)Math.Min(buffer.Length, skip)), cancellation);
        }

        for (var left = length; left > 0;)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, left));
            for (var filled = 0; filled < piece.Length;)
            {
                filled += ReadSome(stream, piece[filled..], cancellation);
            }

            sink(piece);
            left -= piece.Length;
        }
    }

    private int ReadSome(Stream stream, Span<byte> destination, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            var read = stream.Read(destination);
            return read > 0 ? read : throw new ModelException($"'{Path}' is a damaged checkpoint: its data ends too early; get the file again");
        }
        catch (InvalidDataException error)
        {
            throw new ModelException($"'{Path}' is a damaged checkpoint: its compressed data cannot be unpacked; get the file again", error);
        }
    }

    /// <summary>Hands the elements of a strided view on in C order.</summary>
    private static void Gather<T>(byte[] bytes, PickleTensor view, TensorSink sink, CancellationToken cancellation) where T : unmanaged
    {
        ReadOnlySpan<T> source = MemoryMarshal.Cast<byte, T>(bytes.AsSpan());
        var buffer = new T[PieceBytes / Unsafe.SizeOf<T>()];
        var rank = view.Shape.Length;
        int inner = view.Shape[rank - 1], filled = 0;
        var step = view.Strides[rank - 1];
        var index = new int[rank];
        while (true)
        {
            var position = 0L;
            for (var axis = 0; axis < rank - 1; axis++)
            {
                position += index[axis] * view.Strides[axis];
            }

            for (var i = 0; i < inner; i++, position += step)
            {
                if (filled == buffer.Length)
                {
                    cancellation.ThrowIfCancellationRequested();
                    sink(MemoryMarshal.AsBytes(buffer.AsSpan()));
                    filled = 0;
                }

                buffer[filled++] = source[(int)position];
            }

            // Counts the outer axes on like an odometer.
            var turning = rank - 2;
            while (turning >= 0 && ++index[turning] == view.Shape[turning])
            {
                index[turning--] = 0;
            }

            if (turning < 0)
            {
                sink(MemoryMarshal.AsBytes(buffer.AsSpan(0, filled)));
                return;
            }
        }
    }
}
