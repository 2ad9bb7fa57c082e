namespace OpenSegR.Realtime.Models;

/// <summary>A file of a model folder, with what proves that it is the one the manifest was written for.</summary>
/// <param name="Sha256">Lower-case hexadecimal SHA-256 of the whole file.</param>
/// <param name="Bytes">Its length.</param>
public sealed record ModelFile(string Sha256, long Bytes);
