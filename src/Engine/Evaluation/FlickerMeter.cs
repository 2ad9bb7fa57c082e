using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Evaluation;

/// <summary>
/// Label flicker of a video: of the pixels at which nothing moved from one frame to the next, the share whose predicted class changed.
/// A pixel is static where its own colour and those of its neighbours stayed the same up to sensor noise.
/// </summary>
public sealed class FlickerMeter
{
    /// <summary>Mean absolute difference of the 3x3 neighbourhood, in grey levels of 255, below which a pixel counts as static.</summary>
    public const int StillLimit = 6;

    private byte[] _previousGrey = [];
    private byte[] _grey = [];
    private ushort[] _previousLabels = [];
    private int _width;
    private int _height;

    /// <summary>Static pixels compared so far.</summary>
    public long StaticPixels { get; private set; }

    /// <summary>Static pixels whose class changed.</summary>
    public long ChangedPixels { get; private set; }

    /// <summary>Share of static pixels whose class changed, 0 to 1; NaN before two frames were seen.</summary>
    public double Rate => StaticPixels == 0 ? double.NaN : ChangedPixels / (double)StaticPixels;

    /// <summary>Adds the next frame of a video. A frame of another size starts anew.</summary>
    /// <param name="frame">The picture.</param>
    /// <param name="classes">[frame.Height * frame.Width] predicted class of each pixel.</param>
    /// <exception cref="ArgumentException">The number of labels does not fit the frame.</exception>
    public void Add(Frame frame, ReadOnlySpan<ushort> classes)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (classes.Length != frame.Width * frame.Height)
        {
            throw new ArgumentException($"{classes.Length} labels do not fit a frame of {frame.Width}x{frame.Height}", nameof(classes));
        }

        var comparable = _width == frame.Width && _height == frame.Height;
        (_width, _height) = (frame.Width, frame.Height);
        if (_grey.Length != classes.Length)
        {
            _grey = new byte[classes.Length];
        }

        ToGrey(frame.Pixels, _grey);
        if (comparable)
        {
            Compare(classes);
        }

        if (_previousLabels.Length != classes.Length)
        {
            _previousLabels = new ushort[classes.Length];
            _previousGrey = new byte[classes.Length];
        }

        classes.CopyTo(_previousLabels);
        (_grey, _previousGrey) = (_previousGrey, _grey);
    }

    /// <summary>Forgets the last frame: the next one belongs to another video. The counts stay.</summary>
    public void Cut() => (_width, _height) = (0, 0);

    private void Compare(ReadOnlySpan<ushort> classes)
    {
        for (var y = 1; y < _height - 1; y++)
        {
            for (var x = 1; x < _width - 1; x++)
            {
                var difference = 0;
                for (var dy = -1; dy <= 1; dy++)
                {
                    var at = ((y + dy) * _width) + x;
                    difference += Math.Abs(_grey[at - 1] - _previousGrey[at - 1]) + Math.Abs(_grey[at] - _previousGrey[at])
                        + Math.Abs(_grey[at + 1] - _previousGrey[at + 1]);
                }

                if (difference < 9 * StillLimit)
                {
                    StaticPixels++;
                    ChangedPixels += classes[(y * _width) + x] == _previousLabels[(y * _width) + x] ? 0 : 1;
                }
            }
        }
    }

    private static void ToGrey(ReadOnlySpan<byte> pixels, Span<byte> grey)
    {
        for (int i = 0, p = 0; i < grey.Length; i++, p += 3)
        {
            grey[i] = (byte)((pixels[p] + (2 * pixels[p + 1]) + pixels[p + 2]) >> 2);
        }
    }
}
