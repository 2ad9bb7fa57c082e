namespace OpenSegR.Realtime.Segmentation;

/// <summary>At which size label maps are made.</summary>
public enum OutputResolution
{
    /// <summary>The size of the mask logits, a quarter of the network's input along each axis: fast, the compositor refines the edges.</summary>
    Stride4,

    /// <summary>The size of the frame, in the reference's own order of operations: exact, slower.</summary>
    Frame,
}
