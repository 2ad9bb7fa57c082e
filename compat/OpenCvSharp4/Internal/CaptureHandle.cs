namespace OpenCvSharp.Internal;

/// <summary>Owner of a cv::VideoCapture.</summary>
internal sealed class CaptureHandle : NativeHandle
{
    protected override bool ReleaseHandle()
    {
        NativeMethods.CaptureDelete(handle);
        return true;
    }
}
