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
    private OrtValue? _value;

    /// <summary>The elements in C order; empty before the first <see cref="Resize"/>.</summary>
    public Span<T> Span => host is null || _value is null ? _values.AsSpan(0, Count) : _value.GetTensorMutableDataAsSpan<T>();

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

        Count = checked((int)count);
        if (host is not null)
        {
            _shape = shape.ToArray();
            _value?.Dispose();
            _value = null;
            try
            {
                _value = OrtValue.CreateAllocatedTensorValue(host, ElementType(), _shape);
            }
            catch (OnnxRuntimeException error)
            {
                throw new SegrException($"page-locked memory cannot be had: {CustomOperatorLibrary.FirstLine(error.Message)}", error);
            }

            return true;
        }

        if (_values.Length < Count)
        {
            _values = GC.AllocateUninitializedArray<T>(Count, pinned: true);
        }

        _shape = shape.ToArray();
        _value?.Dispose();
        fixed (T* first = _values)
        {
            // The array is allocated pinned: the pointer outlives this block.
            _value = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, ElementType(), _shape, (nint)first, count * sizeof(T));
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _value?.Dispose();

    private static TensorElementType ElementType() =>
        typeof(T) == typeof(float) ? TensorElementType.Float
        : typeof(T) == typeof(ushort) ? TensorElementType.UInt16
        : throw new NotSupportedException($"tensors of {typeof(T).Name} are not used");
}
