using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace OpenSegR.Realtime.Inference;

/// <summary>
/// A tensor in pinned managed memory that ONNX Runtime reads or writes in place. The memory grows as needed and never shrinks, so that a
/// tensor whose shape settles allocates nothing more.
/// </summary>
/// <typeparam name="T">float or ushort.</typeparam>
/// <param name="host">Memory that a GPU copies from and to by itself (page-locked), or null for managed memory. It stays the caller's.</param>
internal sealed class PinnedTensor<T>(OrtAllocator? host = null) : IDisposable where T : unmanaged
{
    private T[] _values = [];
    private long[] _shape = [];
    private OrtMemoryAllocation? _pages;
    private OrtValue? _value;

    /// <summary>The elements in C order; empty before the first <see cref="Resize"/>.</summary>
    public unsafe Span<T> Span => _pages is { } pages ? new Span<T>((void*)pages.DangerousGetHandle(), Count) : _values.AsSpan(0, Count);

    /// <summary>The tensor as ONNX Runtime takes it; another object after <see cref="Resize"/> returned true.</summary>
    public OrtValue Value => _value ?? throw new InvalidOperationException("the tensor has no shape yet");

    private int Count { get; set; }

    /// <summary>Gives the tensor a shape; its values are undefined afterwards unless the shape is what it was.</summary>
    /// <returns>True where <see cref="Value"/> was replaced, and so must be bound again.</returns>
    /// <exception cref="SegrException">There is no page-locked memory left, or the GPU that it was for has failed.</exception>
    public unsafe bool Resize(params ReadOnlySpan<long> shape)
    {
        if (_value is not null && shape.SequenceEqual(_shape))
        {
            return false;
        }

        var count = 1L;
        foreach (var side in shape)
        {
            count = checked(count * side);
        }

        // First the value, so that none is left over memory that is gone where there is no more of it.
        _value?.Dispose();
        _value = null;
        Count = 0;
        _shape = shape.ToArray();

        // Where the memory is page-locked it is still said to be the CPU's: outputs that ONNX Runtime 1.29 knows to be page-locked it writes
        // in place and then copies onto themselves, which it refuses. The driver knows page-locked memory by its address.
        _value = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, ElementType(), _shape, Reserve(checked((int)count)), count * sizeof(T));
        Count = (int)count;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _value?.Dispose();
        _pages?.Dispose();
    }

    private unsafe nint Reserve(int count)
    {
        if (host is null)
        {
            if (_values.Length < count)
            {
                _values = GC.AllocateUninitializedArray<T>(count, pinned: true);
            }

            // The array is allocated pinned: the pointer outlives this block.
            fixed (T* first = _values)
            {
                return (nint)first;
            }
        }

        var bytes = (long)count * sizeof(T);
        if (_pages is null || _pages.Size < bytes)
        {
            _pages?.Dispose();
            _pages = null;
            try
            {
                _pages = host.Allocate(checked((uint)bytes));
            }
            catch (Exception error) when (error is OnnxRuntimeException or OverflowException)
            {
                throw new SegrException($"page-locked memory cannot be had: {CustomOperatorLibrary.FirstLine(error.Message)}", error);
            }
        }

        return _pages.DangerousGetHandle();
    }

    private static TensorElementType ElementType() =>
        typeof(T) == typeof(float) ? TensorElementType.Float
        : typeof(T) == typeof(ushort) ? TensorElementType.UInt16
        : throw new NotSupportedException($"tensors of {typeof(T).Name} are not used");
}
