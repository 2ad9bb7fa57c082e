using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Render.Live;

/// <summary>A frame and its masks on their way to the window. Whoever holds it owns both.</summary>
/// <param name="Frame">The frame.</param>
/// <param name="Masks">Its masks.</param>
internal readonly record struct Presentation(Frame Frame, SegmentationResult Masks) : IDisposable
{
    /// <summary>Returns both to their pools.</summary>
    public void Dispose()
    {
        Frame.Dispose();
        Masks.Dispose();
    }
}
