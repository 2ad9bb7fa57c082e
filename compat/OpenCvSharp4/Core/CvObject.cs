using OpenCvSharp.Internal;

namespace OpenCvSharp;

/// <summary>An object that wraps a native one.</summary>
public abstract class CvObject : DisposableObject
{
    /// <summary>Address of the native object, or 0 once disposed.</summary>
    public IntPtr CvPtr => NativeObject is { IsClosed: false } handle ? handle.DangerousGetHandle() : IntPtr.Zero;

    private protected abstract NativeHandle? NativeObject { get; }

    /// <inheritdoc/>
    protected override void DisposeManaged()
    {
        NativeObject?.Dispose();
        base.DisposeManaged();
    }
}
