using OpenCvSharp.Internal;

namespace OpenCvSharp;

/// <summary>
/// A matrix of pixels, a thin header over shared or borrowed memory. Copies made by a region share the memory; <see cref="Clone()"/> does not.
/// </summary>
public class Mat : CvObject
{
    private readonly MatHandle _handle;
    private InputArray? _input;
    private InputOutputArray? _output;

    /// <summary>Creates an empty matrix.</summary>
    public Mat()
    {
        NativeMethods.Check(NativeMethods.MatNew(out _handle));
    }

    /// <summary>Allocates a matrix; its elements are undefined.</summary>
    public Mat(int rows, int cols, MatType type)
    {
        NativeMethods.Check(NativeMethods.MatNewSize(rows, cols, type.Value, out _handle));
    }

    /// <summary>Allocates a matrix; its elements are undefined.</summary>
    public Mat(Size size, MatType type) : this(size.Height, size.Width, type)
    {
    }

    /// <summary>Allocates a matrix and sets every element to <paramref name="s"/>.</summary>
    public Mat(int rows, int cols, MatType type, Scalar s)
    {
        NativeMethods.Check(NativeMethods.MatNewScalar(rows, cols, type.Value, s, out _handle));
    }

    /// <summary>Allocates a matrix and sets every element to <paramref name="s"/>.</summary>
    public Mat(Size size, MatType type, Scalar s) : this(size.Height, size.Width, type, s)
    {
    }

    /// <summary>A view of a part of <paramref name="m"/>; the memory is shared.</summary>
    /// <exception cref="OpenCVException">The region does not lie inside the matrix.</exception>
    public Mat(Mat m, Rect roi)
    {
        ArgumentNullException.ThrowIfNull(m);
        NativeMethods.Check(NativeMethods.MatNewRoi(m.Handle, roi, out _handle));
    }

    internal Mat(MatHandle handle) => _handle = handle;

    /// <summary>
    /// Wraps memory that the caller owns: it must stay where it is until the matrix is disposed.
    /// </summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="cols">Number of columns.</param>
    /// <param name="type">Element type.</param>
    /// <param name="data">Address of the first element.</param>
    /// <param name="step">Bytes of one row, or 0 where rows follow one another without padding.</param>
    public static Mat FromPixelData(int rows, int cols, MatType type, IntPtr data, long step = 0)
    {
        NativeMethods.Check(NativeMethods.MatNewData(rows, cols, type.Value, data, step, out var handle));
        return new Mat(handle);
    }

    /// <summary>Number of rows.</summary>
    public int Rows => Info.Rows;

    /// <summary>Number of rows.</summary>
    public int Height => Rows;

    /// <summary>Number of columns.</summary>
    public int Cols => Info.Cols;

    /// <summary>Number of columns.</summary>
    public int Width => Cols;

    /// <summary>Number of dimensions.</summary>
    public int Dims => Info.Dims;

    /// <summary>Address of the first element, 0 for an empty matrix.</summary>
    public IntPtr Data => Info.Data;

    /// <summary>Address of the first element, null for an empty matrix.</summary>
    public unsafe byte* DataPointer => (byte*)Info.Data;

    internal MatHandle Handle
    {
        get
        {
            ThrowIfDisposed();
            return _handle;
        }
    }

    internal InputArray AsInput => _input is { IsDisposed: false } view ? view : _input = new InputArray(this);

    internal InputOutputArray AsInputOutput => _output is { IsDisposed: false } view ? view : _output = new InputOutputArray(this);

    internal OutputArray AsOutput => AsInputOutput;

    private protected override NativeHandle? NativeObject => _handle;

    private MatInfo Info
    {
        get
        {
            NativeMethods.MatInfo(Handle, out var info);
            return info;
        }
    }

    /// <summary>Width and height.</summary>
    public Size Size()
    {
        var info = Info;
        return new Size(info.Cols, info.Rows);
    }

    /// <summary>Bytes from one row to the next.</summary>
    public long Step() => Info.Step;

    /// <summary>Element type.</summary>
    public MatType Type() => Info.Type;

    /// <summary>Depth of an element, such as <see cref="MatType.CV_8U"/>.</summary>
    public int Depth() => Type().Depth;

    /// <summary>Number of channels.</summary>
    public int Channels() => Type().Channels;

    /// <summary>Bytes of one element with all its channels.</summary>
    public int ElemSize() => Type().Depth switch
    {
        MatType.CV_8U or MatType.CV_8S => 1,
        MatType.CV_16U or MatType.CV_16S or MatType.CV_16F => 2,
        MatType.CV_64F => 8,
        _ => 4,
    } * Channels();

    /// <summary>Number of elements.</summary>
    public long Total()
    {
        var info = Info;
        return (long)info.Rows * info.Cols;
    }

    /// <summary>True if there is no element.</summary>
    public bool Empty()
    {
        var info = Info;
        return info.Data == 0 || info.Rows == 0 || info.Cols == 0;
    }

    /// <summary>True if rows follow one another without padding.</summary>
    public bool IsContinuous() => Info.Continuous != 0;

    /// <summary>True if the matrix is a part of a larger one.</summary>
    public bool IsSubmatrix() => Info.Submatrix != 0;

    /// <summary>Address of a row. Not checked.</summary>
    public IntPtr Ptr(int i0)
    {
        var info = Info;
        return info.Data + (nint)(info.Step * i0);
    }

    /// <summary>One element. Not checked: neither the indices nor the type.</summary>
    public unsafe ref T At<T>(int i0, int i1) where T : unmanaged
    {
        var info = Info;
        return ref *(T*)((byte*)info.Data + (info.Step * i0) + ((long)ElemSize() * i1));
    }

    /// <summary>A part of the matrix; the memory is shared.</summary>
    public Mat SubMat(Rect roi) => new(this, roi);

    /// <summary>A copy with its own memory.</summary>
    public Mat Clone()
    {
        NativeMethods.Check(NativeMethods.MatClone(Handle, out var handle));
        return new Mat(handle);
    }

    /// <summary>Copies to <paramref name="m"/>, which keeps its memory where size and type fit.</summary>
    /// <param name="m">The target.</param>
    /// <param name="mask">Copies only where it is not 0; the same size, 8-bit. Null copies all.</param>
    public void CopyTo(Mat m, InputArray? mask = null)
    {
        ArgumentNullException.ThrowIfNull(m);
        NativeMethods.Check(NativeMethods.MatCopyTo(Handle, m.Handle, mask?.Handle ?? MatHandle.None));
    }

    /// <summary>Copies to <paramref name="m"/>, which keeps its memory where size and type fit.</summary>
    /// <param name="m">The target.</param>
    /// <param name="mask">Copies only where it is not 0; the same size, 8-bit. Null copies all.</param>
    public void CopyTo(OutputArray m, InputArray? mask = null)
    {
        ArgumentNullException.ThrowIfNull(m);
        NativeMethods.Check(NativeMethods.MatCopyTo(Handle, m.Handle, mask?.Handle ?? MatHandle.None));
    }

    /// <summary>Converts the depth: each number times <paramref name="alpha"/> plus <paramref name="beta"/>, rounded and clamped.</summary>
    public void ConvertTo(OutputArray m, MatType rtype, double alpha = 1, double beta = 0)
    {
        ArgumentNullException.ThrowIfNull(m);
        NativeMethods.Check(NativeMethods.MatConvertTo(Handle, m.Handle, rtype.Value, alpha, beta));
    }

    /// <summary>Sets every element, or those where <paramref name="mask"/> is not 0.</summary>
    /// <returns>This matrix.</returns>
    public Mat SetTo(Scalar value, Mat? mask = null)
    {
        NativeMethods.Check(NativeMethods.MatSetTo(Handle, value, mask?.Handle ?? MatHandle.None));
        return this;
    }

    /// <summary>Allocates anew unless size and type fit already.</summary>
    public void Create(int rows, int cols, MatType type) =>
        NativeMethods.Check(NativeMethods.MatCreate(Handle, rows, cols, type.Value));

    /// <summary>Allocates anew unless size and type fit already.</summary>
    public void Create(Size size, MatType type) => Create(size.Height, size.Width, type);

    /// <summary>The same as Dispose.</summary>
    public void Release() => Dispose();

    /// <summary>Size and type, for a debugger.</summary>
    public override string ToString() =>
        IsDisposed ? $"{nameof(Mat)} (disposed)" : $"{nameof(Mat)} [ {Rows}*{Cols}*{Type()}, IsContinuous={IsContinuous()} ]";
}
