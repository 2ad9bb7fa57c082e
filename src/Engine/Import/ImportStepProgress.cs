namespace OpenSegR.Realtime.Import;

/// <summary>Hands the bytes of one step on as progress of the import, at once and in order, unlike <see cref="Progress{T}"/>.</summary>
internal sealed class ImportStepProgress(IProgress<ImportProgress> progress, ImportStep step, long total) : IProgress<long>
{
    /// <inheritdoc/>
    public void Report(long value) => progress.Report(new ImportProgress(step, value, total));
}
