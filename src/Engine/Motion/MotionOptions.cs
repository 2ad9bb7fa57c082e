namespace OpenSegR.Realtime.Motion;

/// <summary>What is done with masks over time.</summary>
public sealed record MotionOptions
{
    /// <summary>Masks of an earlier frame are moved to where things are in the frame that they are shown with.</summary>
    public bool Carry { get; init; } = true;

    /// <summary>
    /// A pixel changes its label only once what would be shown has agreed on it for <see cref="SteadySeconds"/>, compared along the motion; where
    /// motion cannot be trusted, and where a border only moves, it changes at once. Takes flicker away; what is true appears that much later. Carried
    /// masks are damped with every frame, however seldom new ones come; masks that stay where they were, with every mask.
    /// </summary>
    public bool Smooth { get; init; }

    /// <summary>How long labels must agree before <see cref="Smooth"/> shows a change, in seconds.</summary>
    public const double SteadySeconds = 0.1;
}
