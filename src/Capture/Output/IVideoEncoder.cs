using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>Writes frames of one format to one file. Disposing it without <see cref="Finish"/> gives the file up.</summary>
internal interface IVideoEncoder : IDisposable
{
    /// <summary>Writes a frame; it stays the caller's.</summary>
    /// <param name="frame">A frame of the format that the encoder was made for.</param>
    /// <param name="timestampUs">Its time in microseconds from the first frame, greater than the one before.</param>
    /// <exception cref="InputException">The file cannot be written any further (a full disk).</exception>
    void Write(Frame frame, long timestampUs);

    /// <summary>Writes what is still buffered and closes the file.</summary>
    /// <exception cref="InputException">The file cannot be finished.</exception>
    void Finish();
}
