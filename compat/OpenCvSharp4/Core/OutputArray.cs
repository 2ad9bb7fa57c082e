using OpenCvSharp.Internal;

namespace OpenCvSharp;

/// <summary>
/// A matrix that a function writes. The function keeps the matrix's memory where size and type fit, and allocates anew where not.
/// Made by the conversion from <see cref="Mat"/>; each matrix keeps one, so a call allocates nothing.
/// </summary>
public class OutputArray : CvObject
{
    private readonly Mat _mat;

    internal OutputArray(Mat mat) => _mat = mat;

    /// <summary>The view of a matrix.</summary>
    public static OutputArray Create(Mat mat)
    {
        ArgumentNullException.ThrowIfNull(mat);
        return mat.AsOutput;
    }

    /// <summary>The view of a matrix.</summary>
    public static implicit operator OutputArray(Mat mat) => Create(mat);

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
