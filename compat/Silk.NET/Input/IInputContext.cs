namespace Silk.NET.Input;

/// <summary>The devices of a window.</summary>
public interface IInputContext : IDisposable
{
    /// <summary>The platform's handle.</summary>
    nint Handle { get; }

    /// <summary>Keyboards.</summary>
    IReadOnlyList<IKeyboard> Keyboards { get; }

    /// <summary>Mice.</summary>
    IReadOnlyList<IMouse> Mice { get; }
}
