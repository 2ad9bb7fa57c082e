namespace OpenSegR.Realtime.Import;

/// <summary>How far an import is.</summary>
/// <param name="Step">What is being done.</param>
/// <param name="BytesDone">Bytes of this step that are done.</param>
/// <param name="BytesTotal">Bytes of this step in all.</param>
public readonly record struct ImportProgress(ImportStep Step, long BytesDone, long BytesTotal);
