namespace OpenCvSharp.Internal;

/// <summary>Owner of a std::vector of bytes.</summary>
internal sealed class BytesHandle : NativeHandle
{
    protected override bool ReleaseHandle()
    {
        NativeMethods.BytesDelete(handle);
        return true;
    }
}
