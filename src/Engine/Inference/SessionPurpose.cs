namespace OpenSegR.Realtime.Inference;

/// <summary>What a session is for, which decides how a GPU runs it.</summary>
internal enum SessionPurpose
{
    /// <summary>Frames go through it: it runs on the GPU's stream for networks, and as a CUDA graph where that is asked for.</summary>
    Frames,

    /// <summary>A network that is run as it comes: inspection, models whose frames the CPU prepares.</summary>
    Inspection,

    /// <summary>The text tower. Its batches have as many shapes as there are vocabularies, and TensorRT would build an engine for each: CUDA runs it.</summary>
    Text,
}
