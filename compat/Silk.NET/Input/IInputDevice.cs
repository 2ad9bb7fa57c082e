namespace Silk.NET.Input;

/// <summary>A device.</summary>
public interface IInputDevice
{
    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>Its number among devices of its kind.</summary>
    int Index { get; }

    /// <summary>True where it is there.</summary>
    bool IsConnected { get; }
}
