using System.Buffers.Binary;

namespace OpenSegR.Realtime.Capture;

/// <summary>Looks into a fragmented MP4 file (ISO/IEC 14496-12), which may be cut off anywhere.</summary>
internal static class FragmentedMp4
{
    /// <summary>Whether at least one fragment, header (moof) and media (mdat), is whole: then the file plays.</summary>
    public static bool HasFragment(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            Span<byte> header = stackalloc byte[16];
            var seenFragment = false;
            while (file.ReadAtLeast(header, 8, throwOnEndOfStream: false) is var read and >= 8)
            {
                long size = BinaryPrimitives.ReadUInt32BigEndian(header);
                if (size == 1 && read == 16)
                {
                    size = BinaryPrimitives.ReadInt64BigEndian(header[8..]);
                }

                var end = file.Position - read + size;
                if (size < 8 || end > file.Length)
                {
                    return false;
                }

                var type = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
                seenFragment |= type == 0x6D6F6F66; // moof
                if (seenFragment && type == 0x6D646174) // mdat
                {
                    return true;
                }

                file.Position = end;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }

        return false;
    }
}
