using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Inference.Gpu;

/// <summary>SegrGpuGeometry: how a picture lies in the network's input.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct GpuGeometry(in ImageGeometry geometry)
{
    private readonly int _sourceWidth = geometry.SourceWidth;
    private readonly int _sourceHeight = geometry.SourceHeight;
    private readonly int _resizedWidth = geometry.ResizedWidth;
    private readonly int _resizedHeight = geometry.ResizedHeight;
    private readonly int _paddedWidth = geometry.PaddedWidth;
    private readonly int _paddedHeight = geometry.PaddedHeight;
}

/// <summary>SegrGpuDescription: what a driver says of a GPU.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GpuDescriptionData
{
    public fixed byte Name[128];
    public int ComputeCapability;
    public int CudaVersion;
    public ulong Memory;
}

/// <summary>Three floats side by side: R, G, B.</summary>
[InlineArray(3)]
internal struct GpuColor
{
    private float _first;

    public static GpuColor From(IReadOnlyList<float> values)
    {
        var color = default(GpuColor);
        for (var i = 0; i < 3; i++)
        {
            color[i] = values[i];
        }

        return color;
    }
}

/// <summary>SegrGpuPicture: a frame in the host's memory and how it is normalised.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GpuPicture
{
    public byte* Pixels;
    public long Pitch;
    public int IsRgb;
    public GpuGeometry Geometry;
    public GpuColor Mean;
    public GpuColor Deviation;
}

/// <summary>MaskSampling of native/cuda/src/kernels/mask_sampling.h: at which size pixels are decided.</summary>
internal enum GpuMaskSampling
{
    Stride4,
    Resized,
    MasksToFrame,
    ScoresToFrame,
}

/// <summary>SegrGpuRules: what label maps are made by.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpuLabelRules
{
    public int IsPanoptic;
    public GpuMaskSampling Sampling;
    public GpuGeometry Geometry;
    public int Queries;
    public int Reasons;
    public float Least;
    public float MinScore;
    public float Threshold;
    public float Overlap;
}

/// <summary>SegrGpuSegment: a segment of the panoptic output.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpuSegment
{
    public int ClassIndex;
    public float Score;
}

/// <summary>SegrGpuLabels: what comes down of a frame, in memory of the slot's.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GpuLabels
{
    public int Width;
    public int Height;
    public ushort* Labels;
    public ulong* ScoreSums;
    public GpuSegment* Segments;
    public int SegmentCount;
}
