using OpenCvSharp;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>Decodes an open OpenCV capture straight into frames. Owns the capture.</summary>
internal sealed class FrameReader(VideoCapture capture) : IDisposable
{
    private const int MostHeaders = 64;
    // Matrices over the frames of the pool, kept because making one allocates. Few frames go round and round.
    private readonly Dictionary<Frame, Mat> _headers = [];
    // The first picture, until somebody reads it. OpenCV's memory, so that files played over and over leave nothing to the garbage collector.
    private Mat? _first;
    private FrameFormat _format;
    private PixelAspect? _aspect;

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

    /// <summary>Time in the stream of the frame that was read last, in milliseconds; null where that is not known, or nonsense.</summary>
    public double? PositionMs => Capture.Get(VideoCaptureProperties.PosMsec) is var ms && double.IsFinite(ms) && Math.Abs(ms) < 1e12 ? ms : null;

    /// <summary>Waits for the first frame and decodes it, so that its format is known; <see cref="TryRead"/> delivers it.</summary>
    /// <param name="format">Format of the first frame.</param>
    /// <returns>False where there is no frame that can be decoded.</returns>
    /// <exception cref="InputException">The size or type is none that a frame can have.</exception>
    public bool TryStart(out FrameFormat format)
    {
        format = default;
        if (!Capture.Grab())
        {
            return false;
        }

        // The properties may not be true (rotation, a camera's own mind); the first picture is.
        _first = new Mat();
        if (!Capture.Retrieve(_first) || _first.Empty())
        {
            ForgetFirst();
            return false;
        }

        format = FrameMat.FormatOf(_first);
        using var aspect = PixelAspect.Of(Capture, format);
        format = aspect?.Square ?? format;
        return true;
    }

    /// <summary>Waits for the next frame and decodes it.</summary>
    /// <param name="pool">The frame is rented here, once there is one.</param>
    /// <param name="frame">The frame, owned by the caller, with nothing but its pixels filled in.</param>
    /// <returns>False at the end, or where decoding cannot go on.</returns>
    /// <exception cref="InputException">The size is out of range.</exception>
    public bool TryRead(FramePool pool, out Frame? frame)
    {
        frame = null;
        if (_format.Width == 0)
        {
            if (_first is null && !TryStart(out _))
            {
                return false;
            }

            frame = Begin(_first!, pool);
            ForgetFirst();
            return true;
        }

        if (!Capture.Grab())
        {
            return false;
        }

        frame = pool.Rent(_format);
        var whole = HeaderOver(frame);
        var target = _aspect?.Decoded ?? whole;
        if (!Capture.Retrieve(target) || target.Empty())
        {
            frame.Dispose();
            frame = null;
            return false;
        }

        // After a change of size or type OpenCV has put the picture into memory of its own.
        if (_aspect is null ? target.Data != frame.DangerousAddress : !_aspect.Fits(target))
        {
            frame.Dispose();
            frame = Begin(target, pool);
        }
        else
        {
            _aspect?.Apply(target, whole);
        }

        return true;
    }

    public void Dispose()
    {
        ForgetFirst();
        ForgetHeaders();
        _aspect?.Dispose();
        Capture.Dispose();
    }

    /// <summary>The first picture of a size: what follows is expected to be like it.</summary>
    private Frame Begin(Mat picture, FramePool pool)
    {
        var frame = FrameMat.Copy(picture, pool);
        // Not before: the picture may lie in one of them.
        ForgetHeaders();
        _aspect?.Dispose();
        _aspect = PixelAspect.Of(Capture, frame.Format);
        if (_aspect is not null)
        {
            using var decoded = frame;
            using var from = FrameMat.Over(decoded);
            frame = pool.Rent(_aspect.Square);
            using var to = FrameMat.Over(frame);
            _aspect.Apply(from, to);
        }

        _format = frame.Format;
        return frame;
    }

    private void ForgetFirst()
    {
        _first?.Dispose();
        _first = null;
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
