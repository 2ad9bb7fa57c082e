namespace OpenCvSharp;

/// <summary>Element type of a matrix: depth in the low three bits, number of channels minus one above them.</summary>
/// <param name="value">The packed value.</param>
public readonly record struct MatType(int value) : IEquatable<int>
{
    private const int ChannelShift = 3;
    private const int DepthMask = (1 << ChannelShift) - 1;

    /// <summary>Depth: 8-bit unsigned.</summary>
    public const int CV_8U = 0;

    /// <summary>Depth: 8-bit signed.</summary>
    public const int CV_8S = 1;

    /// <summary>Depth: 16-bit unsigned.</summary>
    public const int CV_16U = 2;

    /// <summary>Depth: 16-bit signed.</summary>
    public const int CV_16S = 3;

    /// <summary>Depth: 32-bit signed.</summary>
    public const int CV_32S = 4;

    /// <summary>Depth: 32-bit float.</summary>
    public const int CV_32F = 5;

    /// <summary>Depth: 64-bit float.</summary>
    public const int CV_64F = 6;

    /// <summary>Depth: 16-bit float.</summary>
    public const int CV_16F = 7;

    /// <summary>8-bit unsigned, 1 channel.</summary>
    public static readonly MatType CV_8UC1 = CV_8UC(1);

    /// <summary>8-bit unsigned, 2 channels.</summary>
    public static readonly MatType CV_8UC2 = CV_8UC(2);

    /// <summary>8-bit unsigned, 3 channels.</summary>
    public static readonly MatType CV_8UC3 = CV_8UC(3);

    /// <summary>8-bit unsigned, 4 channels.</summary>
    public static readonly MatType CV_8UC4 = CV_8UC(4);

    /// <summary>16-bit unsigned, 1 channel.</summary>
    public static readonly MatType CV_16UC1 = CV_16UC(1);

    /// <summary>16-bit unsigned, 3 channels.</summary>
    public static readonly MatType CV_16UC3 = CV_16UC(3);

    /// <summary>16-bit signed, 1 channel.</summary>
    public static readonly MatType CV_16SC1 = CV_16SC(1);

    /// <summary>16-bit signed, 2 channels.</summary>
    public static readonly MatType CV_16SC2 = CV_16SC(2);

    /// <summary>32-bit signed, 1 channel.</summary>
    public static readonly MatType CV_32SC1 = CV_32SC(1);

    /// <summary>32-bit float, 1 channel.</summary>
    public static readonly MatType CV_32FC1 = CV_32FC(1);

    /// <summary>32-bit float, 2 channels.</summary>
    public static readonly MatType CV_32FC2 = CV_32FC(2);

    /// <summary>32-bit float, 3 channels.</summary>
    public static readonly MatType CV_32FC3 = CV_32FC(3);

    /// <summary>64-bit float, 1 channel.</summary>
    public static readonly MatType CV_64FC1 = CV_64FC(1);

    private readonly int value = value;

    /// <summary>The packed value.</summary>
    public int Value => value;

    /// <summary>Depth, CV_8U to CV_16F.</summary>
    public int Depth => value & DepthMask;

    /// <summary>True for the integer depths.</summary>
    public bool IsInteger => Depth < CV_32F;

    /// <summary>Number of channels, from 1.</summary>
    public int Channels => (value >> ChannelShift) + 1;

    /// <summary>8-bit unsigned with <paramref name="ch"/> channels.</summary>
    public static MatType CV_8UC(int ch) => MakeType(CV_8U, ch);

    /// <summary>8-bit signed with <paramref name="ch"/> channels.</summary>
    public static MatType CV_8SC(int ch) => MakeType(CV_8S, ch);

    /// <summary>16-bit unsigned with <paramref name="ch"/> channels.</summary>
    public static MatType CV_16UC(int ch) => MakeType(CV_16U, ch);

    /// <summary>16-bit signed with <paramref name="ch"/> channels.</summary>
    public static MatType CV_16SC(int ch) => MakeType(CV_16S, ch);

    /// <summary>32-bit signed with <paramref name="ch"/> channels.</summary>
    public static MatType CV_32SC(int ch) => MakeType(CV_32S, ch);

    /// <summary>32-bit float with <paramref name="ch"/> channels.</summary>
    public static MatType CV_32FC(int ch) => MakeType(CV_32F, ch);

    /// <summary>64-bit float with <paramref name="ch"/> channels.</summary>
    public static MatType CV_64FC(int ch) => MakeType(CV_64F, ch);

    /// <summary>Packs a depth and a number of channels.</summary>
    /// <exception cref="OpenCvSharpException">The channels are not 1 to 511, or the depth is not 0 to 7.</exception>
    public static MatType MakeType(int depth, int channels)
    {
        if (channels is <= 0 or >= 512)
        {
            throw new OpenCvSharpException($"a matrix has 1 to 511 channels, not {channels}");
        }

        if (depth is < 0 or > DepthMask)
        {
            throw new OpenCvSharpException($"a matrix depth is 0 to {DepthMask}, not {depth}");
        }

        return (depth & DepthMask) | ((channels - 1) << ChannelShift);
    }

    /// <summary>The packed value.</summary>
    public int ToInt32() => value;

    /// <summary>Wraps a packed value.</summary>
    public static MatType FromInt32(int value) => new(value);

    /// <summary>The packed value.</summary>
    public static explicit operator int(MatType self) => self.value;

    /// <summary>Wraps a packed value.</summary>
    public static implicit operator MatType(int value) => new(value);

    /// <summary>True if the packed value is <paramref name="other"/>.</summary>
    public bool Equals(int other) => value == other;

    /// <summary>True if the packed value is <paramref name="other"/>.</summary>
    public static bool operator ==(MatType self, int other) => self.Equals(other);

    /// <summary>True if the packed value is not <paramref name="other"/>.</summary>
    public static bool operator !=(MatType self, int other) => !self.Equals(other);

    /// <summary>The usual name, like CV_8UC3.</summary>
    public override string ToString()
    {
        ReadOnlySpan<string> depths = ["CV_8U", "CV_8S", "CV_16U", "CV_16S", "CV_32S", "CV_32F", "CV_64F", "CV_16F"];
        return Channels <= 4 ? $"{depths[Depth]}C{Channels}" : $"{depths[Depth]}C({Channels})";
    }
}
