using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Bench;

/// <summary>Runs a segmentor network under ONNX Runtime's profiler. The text tower, which no frame waits for, is no part of it.</summary>
/// <param name="Case">Model, provider, precision and size; without a size the model's own for the frames.</param>
/// <param name="Setup">Frames, words, threads, runs (<see cref="BenchSetup.Frames"/>) and warm-up.</param>
public sealed record ProfileBenchmark(BenchCase Case, BenchSetup Setup)
{
    /// <summary>Runs it.</summary>
    /// <param name="notice">Told what is not used and why.</param>
    /// <param name="cancellationToken">Ends it between two runs.</param>
    /// <exception cref="InputException">The model or the size cannot be used.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public NetworkProfile Run(Action<string>? notice, CancellationToken cancellationToken)
    {
        var scratch = Directory.CreateTempSubdirectory("segr-profile-");
        try
        {
            var settings = SegrContestant.SettingsOf(Case, Setup) with { ProfilePrefix = Path.Combine(scratch.FullName, "network") };
            // Before and after, so that a moment's disturbance does not make the network look better than the machine.
            var peak = ProductRate.MeasureGflops(settings with { ProfilePrefix = null }, cancellationToken);
            string title;
            using (var frames = new BenchFrames(Setup))
            using (var model = SegmentationModel.Open(Case.Model, settings, notice, null, cancellationToken))
            using (var segmentor = model.CreateSegmentor(model.Embed(SegrContestant.WordsOf(Setup, model)), SegrContestant.OptionsOf(Case, model)))
            using (var slot = segmentor.CreateSlot())
            {
                segmentor.Preprocess(frames.First, slot);
                for (var i = 0; i < Setup.WarmUp + Setup.Frames; i++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    segmentor.Infer(slot);
                }

                title = SegrContestant.Describe(Case, model, segmentor, frames.First);
            }

            // Sessions write when they are closed; the text tower's profile lies there too where the words were not in the cache.
            var trace = scratch.GetFiles("*.json").Select(file => NetworkTrace.Read(file.FullName))
                .FirstOrDefault(t => t.Nodes.Any(node => node.Name.StartsWith("trunk/", StringComparison.Ordinal)))
                ?? throw new SegrException("ONNX Runtime wrote no profile of the network");
            peak = Math.Max(peak, ProductRate.MeasureGflops(settings with { ProfilePrefix = null }, cancellationToken));
            return NetworkProfile.Of(title, trace, Setup.WarmUp, peak);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }
}
