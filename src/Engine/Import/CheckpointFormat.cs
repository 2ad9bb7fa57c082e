namespace OpenSegR.Realtime.Import;

/// <summary>How a checkpoint is stored; told by its content, whatever its name is.</summary>
public enum CheckpointFormat
{
    /// <summary>torch.save of PyTorch 1.6 and later: a zip archive.</summary>
    TorchZip,

    /// <summary>torch.save before PyTorch 1.6: pickles and raw data.</summary>
    TorchLegacy,

    /// <summary>A safetensors file.</summary>
    Safetensors,
}
