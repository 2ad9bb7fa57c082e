namespace OpenSegR.Realtime.Import;

/// <summary>One file of a zip archive.</summary>
/// <param name="Name">Its name with forward slashes.</param>
/// <param name="Deflated">True where the data is compressed, false where it lies in the archive as it is.</param>
/// <param name="Offset">Position of its (compressed) data in the archive.</param>
/// <param name="StoredLength">Bytes that it takes in the archive.</param>
/// <param name="Length">Bytes of its contents.</param>
/// <param name="Crc32">CRC-32 of its contents; 0 where the writer did not record one (torch.serialization.set_crc32_options(False)).</param>
internal sealed record ZipEntry(string Name, bool Deflated, long Offset, long StoredLength, long Length, uint Crc32);
