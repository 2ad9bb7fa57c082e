namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>Which compositions of shape, colour and surface a scene may contain.</summary>
public enum CompositionFilter
{
    /// <summary>Only those that training uses.</summary>
    Seen,

    /// <summary>Only those that training never uses.</summary>
    HeldOut,

    /// <summary>All.</summary>
    Any,
}
