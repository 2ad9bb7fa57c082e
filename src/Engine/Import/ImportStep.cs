namespace OpenSegR.Realtime.Import;

/// <summary>The steps of an import, in their order.</summary>
public enum ImportStep
{
    /// <summary>Hashing the checkpoint, for the record of where the model came from.</summary>
    Hashing,

    /// <summary>Copying the tensors that inference needs.</summary>
    Copying,
}
