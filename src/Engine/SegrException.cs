namespace OpenSegR.Realtime;

/// <summary>
/// Base of every error that this engine reports on purpose. The message is one line for a person: what is wrong, with which file or
/// option, and what to do. The command line prints it as it is and ends with the kind's exit code.
/// </summary>
public class SegrException : Exception
{
    /// <summary>Creates an error with a one-line message.</summary>
    public SegrException(string message) : base(message) { }

    /// <summary>Creates an error with a one-line message and the error that caused it.</summary>
    public SegrException(string message, Exception? innerException) : base(message, innerException) { }

    /// <summary>Creates an error with no message of its own; prefer the overloads that take one.</summary>
    public SegrException() { }
}
