namespace OpenSegR.Realtime.Import;

/// <summary>A checkpoint in a safetensors file.</summary>
internal sealed class SafetensorsCheckpoint : Checkpoint
{
    private readonly SafetensorsFile _file;
    private readonly Dictionary<string, TensorInfo> _tensors;

    public SafetensorsCheckpoint(SafetensorsFile file) : base(file.Path, file.Length, CheckpointFormat.Safetensors)
    {
        _file = file;
        _tensors = StateDict.StripPrefixes(new Dictionary<string, TensorInfo>(file.Tensors, StringComparer.Ordinal));
        SetTensors(_tensors.ToDictionary(pair => pair.Key, pair => new TensorSpec(pair.Key, pair.Value.Type, pair.Value.Shape), StringComparer.Ordinal));
    }

    /// <inheritdoc/>
    public override void CopyTo(string name, TensorSink sink, CancellationToken cancellation = default)
    {
        var tensor = _tensors[Find(name).Name];
        var buffer = new byte[Math.Min(1 << 20, tensor.ByteLength)];
        for (long done = 0; done < tensor.ByteLength;)
        {
            cancellation.ThrowIfCancellationRequested();
            var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, tensor.ByteLength - done));
            _file.ReadBytes(tensor, done, piece);
            sink(piece);
            done += piece.Length;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }
    }
}
