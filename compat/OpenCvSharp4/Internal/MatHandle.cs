namespace OpenCvSharp.Internal;

/// <summary>Owner of a cv::Mat.</summary>
internal sealed class MatHandle : NativeHandle
{
    /// <summary>Stands for "no matrix" where a parameter is optional: a null pointer.</summary>
    internal static readonly MatHandle None = new();

    protected override bool ReleaseHandle()
    {
        NativeMethods.MatDelete(handle);
        return true;
    }
}
