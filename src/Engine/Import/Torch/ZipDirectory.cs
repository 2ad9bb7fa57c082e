using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace OpenSegR.Realtime.Import;

/// <summary>
/// Reads the table of contents of a zip archive (with the 64-bit extensions that torch.save writes) and finds where each file's bytes
/// lie. Written for checkpoints from strangers: every length is bounded, files may not overlap, appear twice or have two different names.
/// </summary>
/// <remarks>Format: PKWARE APPNOTE 6.3. Not supported because torch never writes them: encryption, several disks, data before the archive.</remarks>
internal static class ZipDirectory
{
    private const uint EndSignature = 0x06054B50;
    private const uint End64Signature = 0x06064B50;
    private const uint End64LocatorSignature = 0x07064B50;
    private const uint CentralSignature = 0x02014B50;
    private const uint LocalSignature = 0x04034B50;
    private const int EndLength = 22;
    private const int CentralLength = 46;
    private const int LocalLength = 30;
    private const int MaxDirectoryBytes = 64 << 20;
    private const int MaxNameLength = 1024;

    // Deflate cannot make data smaller than this ratio, so a larger claim is a lie.
    private const long MaxDeflateRatio = 1032;

    /// <summary>Lists an archive.</summary>
    /// <exception cref="ModelException">The archive is cut short, damaged or built to harm.</exception>
    public static Dictionary<string, ZipEntry> Read(SafeFileHandle handle, string path, long fileLength)
    {
        var (count, start, length) = FindDirectory(handle, path, fileLength);
        if (length > MaxDirectoryBytes || start < 0 || start > fileLength - length || count > length / CentralLength)
        {
            throw Damaged(path, "its table of contents does not fit the file");
        }

        var directory = new byte[length];
        ReadExactly(handle, path, directory, start);
        var entries = new Dictionary<string, ZipEntry>((int)count, StringComparer.Ordinal);
        var extents = new List<(long Begin, long End)>((int)count);
        var position = 0;
        for (long i = 0; i < count; i++)
        {
            var header = ReadCentral(directory, ref position, path);
            var data = LocateData(handle, path, header, start);
            if (!entries.TryAdd(header.Name, header with { Offset = data }))
            {
                throw Hostile(path, $"it holds '{header.Name}' twice");
            }

            extents.Add((header.Offset, data + header.StoredLength));
        }

        extents.Sort();
        for (var i = 1; i < extents.Count; i++)
        {
            if (extents[i].Begin < extents[i - 1].End)
            {
                throw Hostile(path, "files inside it overlap");
            }
        }

        return entries;
    }

    private static (long Count, long Start, long Length) FindDirectory(SafeFileHandle handle, string path, long fileLength)
    {
        // The end record is last, followed by a comment of at most 65535 bytes.
        var tail = new byte[(int)Math.Min(fileLength, EndLength + ushort.MaxValue)];
        ReadExactly(handle, path, tail, fileLength - tail.Length);
        for (var i = tail.Length - EndLength; i >= 0; i--)
        {
            var record = tail.AsSpan(i);
            if (U32(record, 0) != EndSignature || U16(record, 20) != record.Length - EndLength)
            {
                continue;
            }

            var end = fileLength - tail.Length + i;
            if (U16(record, 4) != U16(record, 6) || U16(record, 8) != U16(record, 10))
            {
                throw Damaged(path, "it spans several disks");
            }

            if (TryReadEnd64(handle, path, end, out var large))
            {
                return large;
            }

            return (U16(record, 10), U32(record, 16), U32(record, 12));
        }

        throw Damaged(path, "its table of contents, at the end, is missing: the file is cut short");
    }

    private static bool TryReadEnd64(SafeFileHandle handle, string path, long end, out (long Count, long Start, long Length) directory)
    {
        directory = default;
        Span<byte> locator = stackalloc byte[20];
        if (end < 20)
        {
            return false;
        }

        ReadExactly(handle, path, locator, end - 20);
        if (U32(locator, 0) != End64LocatorSignature)
        {
            return false;
        }

        var position = I64(locator, 8, path);
        Span<byte> record = stackalloc byte[56];
        if (position > end - 20 - record.Length)
        {
            throw Damaged(path, "its table of contents does not fit the file");
        }

        ReadExactly(handle, path, record, position);
        if (U32(record, 0) != End64Signature)
        {
            throw Damaged(path, "its table of contents is damaged");
        }

        directory = (I64(record, 32, path), I64(record, 48, path), I64(record, 40, path));
        return true;
    }

    /// <summary>Reads one record of the table; <see cref="ZipEntry.Offset"/> is that of the local header for now.</summary>
    private static ZipEntry ReadCentral(ReadOnlySpan<byte> directory, ref int position, string path)
    {
        if (directory.Length - position < CentralLength || U32(directory, position) != CentralSignature)
        {
            throw Damaged(path, "its table of contents is damaged");
        }

        var record = directory[position..];
        int nameLength = U16(record, 28), extraLength = U16(record, 30), commentLength = U16(record, 32);
        var total = CentralLength + nameLength + extraLength + commentLength;
        if (record.Length < total || nameLength is 0 or > MaxNameLength)
        {
            throw Damaged(path, "its table of contents is damaged");
        }

        position += total;
        var name = Encoding.UTF8.GetString(record.Slice(CentralLength, nameLength));
        if ((U16(record, 8) & 1) != 0)
        {
            throw new ModelException($"'{path}' is an encrypted archive; save the checkpoint without a password");
        }

        var method = U16(record, 10);
        if (method is not (0 or 8))
        {
            throw new ModelException($"'{path}': '{name}' is compressed with method {method}; only stored and deflated files can be read");
        }

        long stored = U32(record, 20), length = U32(record, 24), offset = U32(record, 42);
        ReadExtra64(record.Slice(CentralLength + nameLength, extraLength), path, ref length, ref stored, ref offset);
        if (method == 0 ? stored != length : length > (stored + 1) * MaxDeflateRatio)
        {
            throw Hostile(path, $"'{name}' claims {length} bytes from {stored}");
        }

        return new ZipEntry(name, method == 8, offset, stored, length, U32(record, 16));
    }

    private static void ReadExtra64(ReadOnlySpan<byte> extra, string path, ref long length, ref long stored, ref long offset)
    {
        while (extra.Length >= 4)
        {
            int id = U16(extra, 0), size = U16(extra, 2);
            if (size > extra.Length - 4)
            {
                return;
            }

            if (id == 1)
            {
                var fields = extra.Slice(4, size);
                Take(ref fields, ref length, path);
                Take(ref fields, ref stored, path);
                Take(ref fields, ref offset, path);
                return;
            }

            extra = extra[(4 + size)..];
        }

        static void Take(ref ReadOnlySpan<byte> fields, ref long value, string path)
        {
            if (value == uint.MaxValue && fields.Length >= 8)
            {
                value = I64(fields, 0, path);
                fields = fields[8..];
            }
        }
    }

    private static long LocateData(SafeFileHandle handle, string path, ZipEntry entry, long directoryStart)
    {
        if (entry.Offset > directoryStart - LocalLength)
        {
            throw Damaged(path, $"'{entry.Name}' lies outside the file");
        }

        Span<byte> header = stackalloc byte[LocalLength + MaxNameLength];
        var available = (int)Math.Min(header.Length, directoryStart - entry.Offset);
        ReadExactly(handle, path, header[..available], entry.Offset);
        int nameLength = U16(header, 26), extraLength = U16(header, 28);
        if (U32(header, 0) != LocalSignature || nameLength > available - LocalLength)
        {
            throw Damaged(path, $"the record of '{entry.Name}' is damaged");
        }

        // Two names for one file would show one thing to a scanner and another to the reader.
        if (Encoding.UTF8.GetString(header.Slice(LocalLength, nameLength)) != entry.Name)
        {
            throw Hostile(path, $"'{entry.Name}' has a second name");
        }

        var data = entry.Offset + LocalLength + nameLength + extraLength;
        if (data > directoryStart || entry.StoredLength > directoryStart - data)
        {
            throw Damaged(path, $"'{entry.Name}' lies outside the file");
        }

        return data;
    }

    private static void ReadExactly(SafeFileHandle handle, string path, Span<byte> destination, long position)
    {
        if (UntrustedFile.Read(handle, path, destination, position) != destination.Length)
        {
            throw Damaged(path, "it ends too early");
        }
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long I64(ReadOnlySpan<byte> bytes, int at, string path)
    {
        var value = BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
        // No file is this long, and sums of a few of these cannot overflow.
        return value is >= 0 and < 1L << 60 ? value : throw Damaged(path, "its table of contents is damaged");
    }

    private static ModelException Damaged(string path, string problem) => new($"'{path}' is a damaged checkpoint: {problem}; get the file again");

    private static ModelException Hostile(string path, string problem) => new($"'{path}' is refused: {problem}; no checkpoint is written like this, do not trust the file");
}
