namespace OpenSegR.Realtime;

/// <summary>A model, checkpoint or weights file cannot be used: damaged, hostile, incomplete or of an unknown architecture. Exit code 2.</summary>
public sealed class ModelException : InputException
{
    /// <summary>Creates an error with a one-line message.</summary>
    public ModelException(string message) : base(message) { }

    /// <summary>Creates an error with a one-line message and the error that caused it.</summary>
    public ModelException(string message, Exception? innerException) : base(message, innerException) { }

    /// <summary>Creates an error with no message of its own; prefer the overloads that take one.</summary>
    public ModelException() { }
}
