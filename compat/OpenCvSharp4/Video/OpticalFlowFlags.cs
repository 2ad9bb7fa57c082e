namespace OpenCvSharp;

/// <summary>Options of the optical flow.</summary>
[Flags]
public enum OpticalFlowFlags
{
    /// <summary>No option.</summary>
    None = 0,

    /// <summary>The first pyramid is given.</summary>
    PyrAReady = 1,

    /// <summary>The second pyramid is given.</summary>
    PyrBReady = 2,

    /// <summary>Start from the flow or points given.</summary>
    UseInitialFlow = 4,

    /// <summary>Report eigenvalues as the error.</summary>
    LkGetMinEigenvals = 8,

    /// <summary>A Gaussian window instead of a box.</summary>
    FarnebackGaussian = 256,
}
