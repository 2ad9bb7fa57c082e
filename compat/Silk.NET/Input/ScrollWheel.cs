namespace Silk.NET.Input;

/// <summary>How far a wheel turned.</summary>
public readonly struct ScrollWheel
{
    /// <summary>Creates a turn.</summary>
    public ScrollWheel(float x, float y)
    {
        X = x;
        Y = y;
    }

    /// <summary>Turn to the right.</summary>
    public float X { get; }

    /// <summary>Turn away from the user.</summary>
    public float Y { get; }
}
