using System.Globalization;
using OpenSegR.Realtime.Capture.Synthetic;
using OpenSegR.Realtime.Graph;
using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Bench;

/// <summary>
/// How far a network whose products are rounded agrees with itself in fp32: the share of pixels at stride 4 whose class is the same, on many
/// synthetic pictures, each a scene of its own.
/// </summary>
/// <param name="Model">Model folder, checkpoint or name.</param>
/// <param name="Precisions">What is compared with fp32.</param>
/// <param name="Pictures">Number of pictures, at least 1.</param>
/// <param name="Size">Width and height of the network's input, or null for the model's own rule.</param>
/// <param name="Words">The vocabulary.</param>
public sealed record PrecisionBenchmark(
    string Model, IReadOnlyList<ProductPrecision> Precisions, int Pictures, (int Width, int Height)? Size, string Words)
{
    private const int FrameWidth = 640;
    private const int FrameHeight = 360;

    /// <summary>Runs it.</summary>
    /// <param name="notice">Told what is not used and why; a precision that the machine lacks is then no other than fp32.</param>
    /// <param name="cancellationToken">Ends it between two pictures.</param>
    /// <returns>For each precision the shares of equal pixels, 0 to 1, one for each picture.</returns>
    /// <exception cref="InputException">The model, the words or the size cannot be used.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<(ProductPrecision Precision, double[] Shares)> Run(Action<string>? notice, CancellationToken cancellationToken)
    {
        using var exact = new Network(this, ProductPrecision.Fp32, notice, cancellationToken);
        var rounded = new List<Network>();
        try
        {
            foreach (var precision in Precisions)
            {
                rounded.Add(new Network(this, precision, notice, cancellationToken));
            }

            var shares = Precisions.Select(_ => new double[Pictures]).ToArray();
            var pool = new FramePool();
            for (var i = 0; i < Pictures; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var scene = new SyntheticSource(1000 + i, FrameWidth, FrameHeight, 1);
                scene.Read(pool, out var frame, cancellationToken);
                using (frame)
                {
                    var expected = exact.Labels(frame!);
                    for (var p = 0; p < rounded.Count; p++)
                    {
                        shares[p][i] = Agreement.Of(expected, rounded[p].Labels(frame!));
                    }
                }
            }

            return [.. Precisions.Zip(shares)];
        }
        finally
        {
            rounded.ForEach(network => network.Dispose());
        }
    }

    /// <summary>The result as a table.</summary>
    public string ToTable(IReadOnlyList<(ProductPrecision Precision, double[] Shares)> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        static string Percent(double share) => (share * 100).ToString("F2", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{Model}: pixels of the class that fp32 gives them, % ({Pictures} pictures)\n") + BenchText.Aligned(
            ["precision", "mean", "median", "worst tenth", "worst"],
            [.. results.Select(result =>
            {
                var sorted = result.Shares.Order().ToArray();
                return new[]
                {
                    result.Precision.ToString().ToLowerInvariant(), Percent(sorted.Average()), Percent(Spread.MedianOf(sorted)),
                    Percent(sorted[sorted.Length / 10]), Percent(sorted[0]),
                };
            })]);
    }

    private sealed class Network : IDisposable
    {
        private readonly SegmentationModel _model;
        private readonly Segmentor _segmentor;
        private readonly SegmentationResult _result = new SegmentationResultPool().Rent();

        public Network(PrecisionBenchmark wanted, ProductPrecision precision, Action<string>? notice, CancellationToken cancellationToken)
        {
            var settings = new InferenceSettings { Provider = ExecutionProvider.Cpu, Precision = precision };
            _model = SegmentationModel.Open(wanted.Model, settings, notice, null, cancellationToken);
            var vocabulary = VocabularyParser.Read(wanted.Words);
            var classifier = _model.Embed(vocabulary, _model.DefaultTextOptions, SegmentationModel.DefaultCache(), cancellationToken: cancellationToken);
            _segmentor = _model.CreateSegmentor(classifier, new SegmentorOptions { InputSize = wanted.Size });
        }

        public ushort[] Labels(Frame frame)
        {
            _segmentor.Segment(frame, _result);
            return _result.Labels.ToArray();
        }

        public void Dispose()
        {
            _result.Dispose();
            _segmentor.Dispose();
            _model.Dispose();
        }
    }
}
