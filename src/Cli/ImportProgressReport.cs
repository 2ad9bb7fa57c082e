using OpenSegR.Realtime.Import;

namespace OpenSegR.Realtime.Cli;

/// <summary>Shows the steps of an import, in megabytes.</summary>
internal sealed class ImportProgressReport : IProgress<ImportProgress>, IDisposable
{
    private ImportStep? _step;
    private ProgressReport? _shown;

    public void Report(ImportProgress value)
    {
        if (value.Step != _step)
        {
            _shown?.Dispose();
            _step = value.Step;
            _shown = new ProgressReport(value.Step == ImportStep.Hashing ? "hashing" : "importing", value.BytesTotal >> 20, "MB");
        }

        _shown?.Report(value.BytesDone >> 20);
    }

    public void Dispose() => _shown?.Dispose();
}
