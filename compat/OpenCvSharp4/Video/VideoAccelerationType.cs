namespace OpenCvSharp;

/// <summary>Hardware decoding and encoding.</summary>
public enum VideoAccelerationType
{
    /// <summary>Software only.</summary>
    None = 0,

    /// <summary>Any hardware that is there.</summary>
    Any = 1,

    /// <summary>DirectX 11.</summary>
    D3D11 = 2,

    /// <summary>VAAPI.</summary>
    VAAPI = 3,

    /// <summary>Intel Media SDK.</summary>
    MFX = 4,
}
