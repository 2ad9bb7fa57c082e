namespace OpenCvSharp;

/// <summary>Parameters of picture files.</summary>
public enum ImwriteFlags
{
    /// <summary>0 to 100, default 95.</summary>
    JpegQuality = 1,

    /// <summary>0 or 1.</summary>
    JpegProgressive = 2,

    /// <summary>0 or 1.</summary>
    JpegOptimize = 3,

    /// <summary>0 to 9; more is smaller and slower.</summary>
    PngCompression = 16,

    /// <summary>zlib strategy.</summary>
    PngStrategy = 17,

    /// <summary>0 or 1: one bit a pixel.</summary>
    PngBilevel = 18,

    /// <summary>1 to 100, above 100 lossless.</summary>
    WebPQuality = 64,
}
