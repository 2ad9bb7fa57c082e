namespace OpenCvSharp;

/// <summary>A matrix that a function changes in place. Made by the conversion from <see cref="Mat"/>.</summary>
public class InputOutputArray : OutputArray
{
    internal InputOutputArray(Mat mat) : base(mat)
    {
    }

    /// <summary>The view of a matrix.</summary>
    public static new InputOutputArray Create(Mat mat)
    {
        ArgumentNullException.ThrowIfNull(mat);
        return mat.AsInputOutput;
    }

    /// <summary>The view of a matrix.</summary>
    public static implicit operator InputOutputArray(Mat mat) => Create(mat);
}
