namespace OpenCvSharp;

/// <summary>Four characters that name a codec.</summary>
public readonly struct FourCC : IEquatable<FourCC>
{
    /// <summary>Motion JPEG.</summary>
    public static readonly int MJPG = FromString(nameof(MJPG));

    /// <summary>MPEG-4 part 2 under the name MP4V; MP4 files want the lower-case "mp4v".</summary>
    public static readonly int MP4V = FromString(nameof(MP4V));

    /// <summary>MPEG-4 part 2 as Xvid.</summary>
    public static readonly int XVID = FromString(nameof(XVID));

    /// <summary>The packed value, first character in the low byte.</summary>
    public readonly int Value;

    /// <summary>Wraps a packed value.</summary>
    public FourCC(int value)
    {
        Value = value;
    }

    /// <summary>Packs four characters.</summary>
    public static FourCC FromFourChars(char c1, char c2, char c3, char c4) => new(VideoWriter.FourCC(c1, c2, c3, c4));

    /// <summary>Packs one to four characters; blanks fill up.</summary>
    /// <exception cref="ArgumentException">The text has no or more than four characters.</exception>
    public static FourCC FromString(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        if (code.Length is 0 or > 4)
        {
            throw new ArgumentException($"a codec's code has 1 to 4 characters, not {code.Length}", nameof(code));
        }

        return VideoWriter.FourCC(code.PadRight(4));
    }

    /// <summary>Wraps a packed value.</summary>
    public static FourCC FromInt32(int code) => new(code);

    /// <summary>The packed value.</summary>
    public int ToInt32() => Value;

    /// <summary>The packed value.</summary>
    public static implicit operator int(FourCC fourcc) => fourcc.Value;

    /// <summary>Wraps a packed value.</summary>
    public static implicit operator FourCC(int code) => new(code);

    /// <inheritdoc/>
    public bool Equals(FourCC other) => Value == other.Value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FourCC other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>True if the values are the same.</summary>
    public static bool operator ==(FourCC left, FourCC right) => left.Equals(right);

    /// <summary>True if the values differ.</summary>
    public static bool operator !=(FourCC left, FourCC right) => !left.Equals(right);
}
