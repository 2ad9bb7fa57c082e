namespace OpenSegR.Realtime.Pipeline;

/// <summary>The steps that a frame takes, in order.</summary>
public enum PipelineStage
{
    /// <summary>Reading or grabbing, decoding.</summary>
    Source,

    /// <summary>Resizing and normalising into a slot of the segmentor.</summary>
    Preprocess,

    /// <summary>Running the network.</summary>
    Inference,

    /// <summary>Turning the network's outputs into masks.</summary>
    Postprocess,

    /// <summary>Composing, encoding, showing, writing.</summary>
    Sink,
}
