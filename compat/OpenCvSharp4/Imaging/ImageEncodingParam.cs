namespace OpenCvSharp;

/// <summary>One parameter of a picture file.</summary>
public record ImageEncodingParam
{
    /// <summary>Which parameter.</summary>
    public ImwriteFlags EncodingId { get; }

    /// <summary>Its value.</summary>
    public int Value { get; }

    /// <summary>Creates a parameter.</summary>
    public ImageEncodingParam(ImwriteFlags id, int value)
    {
        EncodingId = id;
        Value = value;
    }

    internal static int[] Pack(ImageEncodingParam[] prms)
    {
        ArgumentNullException.ThrowIfNull(prms);
        var packed = new int[prms.Length * 2];
        for (var i = 0; i < prms.Length; i++)
        {
            packed[2 * i] = (int)prms[i].EncodingId;
            packed[(2 * i) + 1] = prms[i].Value;
        }

        return packed;
    }
}
