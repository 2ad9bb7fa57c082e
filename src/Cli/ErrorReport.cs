namespace OpenSegR.Realtime.Cli;

/// <summary>Turns exceptions into the one line that a person reads and the exit code that a script reads.</summary>
internal static class ErrorReport
{
    public static bool TryDescribe(Exception exception, CancellationToken interrupted, out string line, out int code)
    {
        (line, code) = exception switch
        {
            OperationCanceledException when interrupted.IsCancellationRequested => ("interrupted", ExitCode.Interrupted),
            InputException => (exception.Message, ExitCode.BadInput),
            SegrException => (Innermost(exception), ExitOf(exception)),
            UnauthorizedAccessException or IOException => (exception.Message, ExitCode.Failed),
            OutOfMemoryException => ("out of memory: choose a smaller --size, fewer classes or a smaller model", ExitCode.Failed),
            DllNotFoundException => ($"{FirstLine(exception.Message)}; run './segr setup'", ExitCode.Failed),
            _ => ($"unexpected failure: {exception.GetType().Name}: {FirstLine(exception.Message)} (run again with --verbose for the details)", ExitCode.Failed),
        };
        return true;
    }

    /// <summary>A stage's failure that was the user's input (a corrupt video, say) keeps its exit code behind the stage's name.</summary>
    private static int ExitOf(Exception exception)
    {
        for (var e = exception.InnerException; e is not null; e = e.InnerException)
        {
            if (e is InputException)
            {
                return ExitCode.BadInput;
            }
        }

        return ExitCode.Failed;
    }

    private static string Innermost(Exception exception) => FirstLine(exception.Message);

    private static string FirstLine(string text)
    {
        var end = text.IndexOfAny(['\r', '\n']);
        return end < 0 ? text : text[..end];
    }
}
