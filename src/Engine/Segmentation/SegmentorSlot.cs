namespace OpenSegR.Realtime.Segmentation;

/// <summary>Input and output buffers of one frame inside an <see cref="ISegmentor"/>; only the segmentor that made it can read it.</summary>
public abstract class SegmentorSlot : IDisposable
{
    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the buffers; see the .NET dispose pattern.</summary>
    protected abstract void Dispose(bool disposing);
}
