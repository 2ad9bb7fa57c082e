using System.Runtime.InteropServices;

namespace OpenCvSharp.Internal;

/// <summary>
/// Owner of one native object. The interop marshaller counts a reference for the length of every call, so that neither the finalizer nor a
/// Dispose on another thread can delete an object that is in use.
/// </summary>
internal abstract class NativeHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;
}
