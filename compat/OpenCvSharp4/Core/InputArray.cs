using OpenCvSharp.Internal;

namespace OpenCvSharp;

/// <summary>A matrix that a function reads. Made by the conversion from <see cref="Mat"/>; each matrix keeps one, so a call allocates nothing.</summary>
public class InputArray : CvObject
{
    private readonly Mat _mat;

    internal InputArray(Mat mat) => _mat = mat;

    /// <summary>The view of a matrix.</summary>
    public static InputArray Create(Mat mat)
    {
        ArgumentNullException.ThrowIfNull(mat);
        return mat.AsInput;
    }

    /// <summary>The view of a matrix.</summary>
    public static implicit operator InputArray(Mat mat) => Create(mat);

    internal MatHandle Handle
    {
        get
        {
            ThrowIfDisposed();
            return _mat.Handle;
        }
    }

    private protected override NativeHandle? NativeObject => _mat.Handle;

    /// <summary>Leaves the matrix alone: it stays with its owner.</summary>
    protected override void DisposeManaged()
    {
    }
}
