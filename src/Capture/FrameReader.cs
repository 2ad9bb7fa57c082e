using OpenCvSharp;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>Decodes an open OpenCV capture straight into frames. Owns the capture.</summary>
internal sealed class FrameReader(VideoCapture capture) : IDisposable
{
    private const int MostHeaders = 64;
    // Matrices over the frames of the pool, kept because making one allocates. Few frames go round and round.
    private readonly Dictionary<Frame, Mat> _headers = [];
    private FrameFormat _format;

    /// <summary>The capture.</summary>
    public VideoCapture Capture { get; } = capture;

    /// <summary>
    /// The number of frames that the container claims, or null where it claims none (a live stream).
    /// </summary>
    public long? ClaimedFrames
    {
        get
        {
            var count = Capture.Get(VideoCaptureProperties.FrameCount);
            // A missing duration comes out as a huge negative number.
            return count is >= 1 and < 1e12 ? (long)count : null;
        }
    }

    /// <summary>The nominal rate, or 25 where the source does not say or says nonsense.</summary>
    public double FramesPerSecond
    {
        get
        {
            var fps = Capture.Get(VideoCaptureProperties.Fps);
            return fps is > 0.001 and <= 1000 ? fps : 25;
        }
    }

    /// <summary>Waits for the next frame and decodes it.</summary>
    /// <param name="pool">The frame is rented here, once there is one.</param>
    /// <param name="frame">The frame, owned by the caller, with nothing but its pixels filled in.</param>
    /// <returns>False at the end, or where decoding cannot go on.</returns>
    /// <exception cref="InputException">The size is out of range.</exception>
    public bool TryRead(FramePool pool, out Frame? frame)
    {
        frame = null;
        if (!Capture.Grab())
        {
            return false;
        }

        if (_format.Width == 0)
        {
            // The properties may not be true (rotation, a camera's own mind); the first picture is.
            using var first = new Mat();
            frame = Capture.Retrieve(first) && !first.Empty() ? FrameMat.Copy(first, pool) : null;
            _format = frame?.Format ?? default;
            return frame is not null;
        }

        frame = pool.Rent(_format);
        var target = HeaderOver(frame);
        if (!Capture.Retrieve(target) || target.Empty())
        {
            frame.Dispose();
            frame = null;
            return false;
        }

        if (target.Data != frame.DangerousAddress)
        {
            // The source has changed its size or type, so OpenCV has put the picture into memory of its own.
            frame.Dispose();
            frame = FrameMat.Copy(target, pool);
            _format = frame.Format;
            ForgetHeaders();
        }

        return true;
    }

    public void Dispose()
    {
        ForgetHeaders();
        Capture.Dispose();
    }

    private Mat HeaderOver(Frame frame)
    {
        if (!_headers.TryGetValue(frame, out var header))
        {
            if (_headers.Count >= MostHeaders)
            {
                ForgetHeaders();
            }

            _headers[frame] = header = FrameMat.Over(frame);
        }

        return header;
    }

    private void ForgetHeaders()
    {
        foreach (var header in _headers.Values)
        {
            header.Dispose();
        }

        _headers.Clear();
    }
}
