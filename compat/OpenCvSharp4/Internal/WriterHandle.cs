namespace OpenCvSharp.Internal;

/// <summary>Owner of a cv::VideoWriter.</summary>
internal sealed class WriterHandle : NativeHandle
{
    protected override bool ReleaseHandle()
    {
        NativeMethods.WriterDelete(handle);
        return true;
    }
}
