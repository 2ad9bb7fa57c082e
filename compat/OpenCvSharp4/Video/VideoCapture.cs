using OpenCvSharp.Internal;

namespace OpenCvSharp;

/// <summary>Reads frames from a video file, a URL or a camera. One thread at a time.</summary>
public class VideoCapture : CvObject
{
    private readonly CaptureHandle _handle;

    /// <summary>Creates a capture that is not open yet.</summary>
    public VideoCapture()
    {
        NativeMethods.Check(NativeMethods.CaptureNew(out _handle));
        CaptureType = CaptureType.NotSpecified;
    }

    /// <summary>Opens a camera; ask <see cref="IsOpened"/> whether that worked.</summary>
    public VideoCapture(int index, VideoCaptureAPIs apiPreference = VideoCaptureAPIs.ANY) : this(index, apiPreference, [])
    {
    }

    /// <summary>Opens a camera with properties given as pairs of number and value; ask <see cref="IsOpened"/> whether that worked.</summary>
    public VideoCapture(int index, VideoCaptureAPIs apiPreference, int[] prms) : this()
    {
        ArgumentNullException.ThrowIfNull(prms);
        NativeMethods.Check(NativeMethods.CaptureOpenIndex(_handle, index, (int)apiPreference, prms, prms.Length, out _));
        CaptureType = CaptureType.Camera;
    }

    /// <summary>Opens a file or URL; ask <see cref="IsOpened"/> whether that worked.</summary>
    public VideoCapture(string fileName, VideoCaptureAPIs apiPreference = VideoCaptureAPIs.ANY) : this(fileName, apiPreference, [])
    {
    }

    /// <summary>Opens a file or URL with properties given as pairs of number and value; ask <see cref="IsOpened"/> whether that worked.</summary>
    public VideoCapture(string fileName, VideoCaptureAPIs apiPreference, int[] prms) : this()
    {
        if (string.IsNullOrEmpty(fileName))
        {
            throw new ArgumentNullException(nameof(fileName));
        }

        ArgumentNullException.ThrowIfNull(prms);
        NativeMethods.Check(NativeMethods.CaptureOpenFile(_handle, fileName, (int)apiPreference, prms, prms.Length, out _));
        CaptureType = CaptureType.File;
    }

    /// <summary>What the capture reads.</summary>
    public CaptureType CaptureType { get; private set; }

    /// <summary>Position in milliseconds.</summary>
    public int PosMsec
    {
        get => (int)Get(VideoCaptureProperties.PosMsec);
        set => Set(VideoCaptureProperties.PosMsec, value);
    }

    /// <summary>Number of the next frame, from 0. Can be set for files only.</summary>
    /// <exception cref="NotSupportedException">Set on a camera.</exception>
    public int PosFrames
    {
        get => (int)Get(VideoCaptureProperties.PosFrames);
        set
        {
            if (CaptureType == CaptureType.Camera)
            {
                throw new NotSupportedException("Only for video files");
            }

            Set(VideoCaptureProperties.PosFrames, value);
        }
    }

    /// <summary>Width in pixels. Can be set for cameras only.</summary>
    /// <exception cref="NotSupportedException">Set on a file.</exception>
    public int FrameWidth
    {
        get => (int)Get(VideoCaptureProperties.FrameWidth);
        set => SetOfCamera(VideoCaptureProperties.FrameWidth, value);
    }

    /// <summary>Height in pixels. Can be set for cameras only.</summary>
    /// <exception cref="NotSupportedException">Set on a file.</exception>
    public int FrameHeight
    {
        get => (int)Get(VideoCaptureProperties.FrameHeight);
        set => SetOfCamera(VideoCaptureProperties.FrameHeight, value);
    }

    /// <summary>Frames a second. Can be set for cameras only.</summary>
    /// <exception cref="NotSupportedException">Set on a file.</exception>
    public double Fps
    {
        get => Get(VideoCaptureProperties.Fps);
        set => SetOfCamera(VideoCaptureProperties.Fps, value);
    }

    /// <summary>Code of the codec. Can be set for cameras only.</summary>
    /// <exception cref="NotSupportedException">Set on a file.</exception>
    public string FourCC
    {
        get
        {
            var code = (int)Get(VideoCaptureProperties.FourCC);
            return new string([(char)(code & 255), (char)((code >> 8) & 255), (char)((code >> 16) & 255), (char)((code >> 24) & 255)]);
        }
        set => SetOfCamera(VideoCaptureProperties.FourCC, OpenCvSharp.FourCC.FromString(value).Value);
    }

    /// <summary>Number of frames as the container says; 0 or negative where unknown.</summary>
    public int FrameCount => (int)Get(VideoCaptureProperties.FrameCount);

    /// <summary>Frames that the backend may hold.</summary>
    public double BufferSize
    {
        get => Get(VideoCaptureProperties.BufferSize);
        set => Set(VideoCaptureProperties.BufferSize, value);
    }

    private protected override NativeHandle? NativeObject => _handle;

    private CaptureHandle Handle
    {
        get
        {
            ThrowIfDisposed();
            return _handle;
        }
    }

    /// <summary>Opens a file or URL, closing what was open.</summary>
    /// <returns>False if it cannot be opened.</returns>
    public bool Open(string fileName, VideoCaptureAPIs apiPreference = VideoCaptureAPIs.ANY)
    {
        NativeMethods.Check(NativeMethods.CaptureOpenFile(Handle, fileName, (int)apiPreference, null, 0, out var opened));
        CaptureType = opened != 0 ? CaptureType.File : CaptureType;
        return opened != 0;
    }

    /// <summary>Opens a camera, closing what was open.</summary>
    /// <returns>False if it cannot be opened.</returns>
    public bool Open(int index, VideoCaptureAPIs apiPreference = VideoCaptureAPIs.ANY)
    {
        NativeMethods.Check(NativeMethods.CaptureOpenIndex(Handle, index, (int)apiPreference, null, 0, out var opened));
        CaptureType = opened != 0 ? CaptureType.Camera : CaptureType;
        return opened != 0;
    }

    /// <summary>True while a source is open.</summary>
    public bool IsOpened()
    {
        NativeMethods.Check(NativeMethods.CaptureIsOpened(Handle, out var opened));
        return opened != 0;
    }

    /// <summary>Closes the source; the capture can be opened again.</summary>
    public void Release() => NativeMethods.Check(NativeMethods.CaptureRelease(Handle));

    /// <summary>Moves to the next frame without decoding more than is needed.</summary>
    /// <returns>False at the end or on an error.</returns>
    public bool Grab()
    {
        NativeMethods.Check(NativeMethods.CaptureGrab(Handle, out var grabbed));
        return grabbed != 0;
    }

    /// <summary>Decodes the grabbed frame into <paramref name="image"/>, which keeps its memory where size and type fit.</summary>
    /// <returns>False if there is none.</returns>
    public bool Retrieve(Mat image, int flag = 0)
    {
        ArgumentNullException.ThrowIfNull(image);
        NativeMethods.Check(NativeMethods.CaptureRetrieve(Handle, image.Handle, flag, out var retrieved));
        return retrieved != 0;
    }

    /// <summary>Grab and retrieve in one.</summary>
    /// <returns>False at the end or on an error.</returns>
    public bool Read(Mat image)
    {
        ArgumentNullException.ThrowIfNull(image);
        NativeMethods.Check(NativeMethods.CaptureRead(Handle, image.Handle, out var read));
        return read != 0;
    }

    /// <summary>Sets a property.</summary>
    /// <returns>False if the backend does not take it.</returns>
    public bool Set(VideoCaptureProperties propertyId, double value) => Set((int)propertyId, value);

    /// <summary>Sets a property by its number.</summary>
    /// <returns>False if the backend does not take it.</returns>
    public bool Set(int propertyId, double value)
    {
        NativeMethods.Check(NativeMethods.CaptureSet(Handle, propertyId, value, out var accepted));
        return accepted != 0;
    }

    /// <summary>Reads a property; 0 where the backend does not know it.</summary>
    public double Get(VideoCaptureProperties propertyId) => Get((int)propertyId);

    /// <summary>Reads a property by its number; 0 where the backend does not know it.</summary>
    public double Get(int propertyId)
    {
        NativeMethods.Check(NativeMethods.CaptureGet(Handle, propertyId, out var value));
        return value;
    }

    /// <summary>Name of the backend in use.</summary>
    /// <exception cref="OpenCVException">Nothing is open.</exception>
    public unsafe string GetBackendName()
    {
        var capture = Handle;
        return NativeMethods.ReadText((buffer, size) =>
        {
            NativeMethods.Check(NativeMethods.CaptureBackend(capture, buffer, size, out var length));
            return length;
        });
    }

    private void SetOfCamera(VideoCaptureProperties property, double value)
    {
        if (CaptureType == CaptureType.File)
        {
            throw new NotSupportedException("Only for cameras");
        }

        Set(property, value);
    }
}
