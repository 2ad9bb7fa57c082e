namespace OpenSegR.Realtime.Cli.Evaluation;

/// <summary>Writes a result so that under its name there is a whole one or none.</summary>
internal static class ResultFile
{
    /// <exception cref="InputException">It cannot be written.</exception>
    public static void Write(string path, byte[] content)
    {
        var temporary = path + ".partial";
        try
        {
            File.WriteAllBytes(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot write '{path}': {e.Message}", e);
        }
    }
}
