namespace OpenSegR.Realtime;

/// <summary>
/// The user's input is at fault: a bad option, a missing, damaged or hostile file, a model that does not fit. Exit code 2.
/// Everything else that derives from <see cref="SegrException"/> is a runtime failure, exit code 1.
/// </summary>
public class InputException : SegrException
{
    /// <summary>Creates an error with a one-line message.</summary>
    public InputException(string message) : base(message) { }

    /// <summary>Creates an error with a one-line message and the error that caused it.</summary>
    public InputException(string message, Exception? innerException) : base(message, innerException) { }

    /// <summary>Creates an error with no message of its own; prefer the overloads that take one.</summary>
    public InputException() { }
}
