using System.Security.Cryptography;
using System.Text;
using OpenSegR.Realtime.Capture.Datasets;
using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Cli.Evaluation;

/// <summary>
/// A model's predictions for a dataset, each made once: they are kept on disk while the run lasts, so that a run that was interrupted, however
/// rudely, goes on where it was.
/// </summary>
internal sealed class ModelPredictions : IDisposable
{
    private readonly Segmentor _segmentor;
    private readonly SegmentorPredictor _predictor;
    private readonly PredictionStore? _store;
    private readonly string? _temporary;
    private readonly string? _imageReasons;

    /// <summary>Prepares a model.</summary>
    /// <param name="model">The model; it stays the caller's.</param>
    /// <param name="dataset">What is predicted.</param>
    /// <param name="settings">How.</param>
    /// <param name="embed">Makes classifiers: for the dataset's vocabulary and generic or image-specific reasoning, or none.</param>
    public ModelPredictions(SegmentationModel model, ILabelledDataset dataset, ModelPredictionSettings settings, Func<ReasonSet?, TextClassifier> embed)
    {
        _imageReasons = settings.ImageReasons;
        _segmentor = model.CreateSegmentor(embed(settings.Reasons ?? dataset.Reasons), settings.Inputs);
        _predictor = new SegmentorPredictor(_segmentor, settings.Rules, settings.Modes, embed);
        if (settings.Run is null)
        {
            return;
        }

        try
        {
            var folder = settings.Folder ?? (_temporary = Path.Combine(AppPaths.CreateCacheFolder("eval"), Key(settings.Run)));
            _store = new PredictionStore(folder, dataset, settings.Run);
        }
        catch
        {
            _predictor.Dispose();
            _segmentor.Dispose();
            throw;
        }
    }

    /// <summary>Pictures that an earlier run predicted.</summary>
    public int Known => _store?.Count ?? 0;

    /// <summary>The prediction for a picture, made now or earlier.</summary>
    /// <exception cref="InputException">There is no reasoning for it that can be used.</exception>
    /// <exception cref="SegrException">It cannot be kept.</exception>
    public Prediction Predict(LabelledPicture picture)
    {
        if (_store?.Contains(picture.Id) == true)
        {
            try
            {
                return _store.Read(picture.Id);
            }
            catch (InputException e)
            {
                Terminal.Warn($"{e.Message}; it is predicted again");
            }
        }

        var prediction = _predictor.Predict(picture, _imageReasons is null ? null : ReasonFile.Read(ReasonFileOf(picture)));
        try
        {
            _store?.Write(picture.Id, prediction);
        }
        catch (InputException e)
        {
            // A full disk is no fault of the picture: the run ends.
            throw new SegrException(e.Message, e);
        }

        return prediction;
    }

    /// <summary>Completes the folder that the user asked for, or removes the temporary one.</summary>
    public void Complete()
    {
        if (_temporary is null)
        {
            _store?.Complete();
            return;
        }

        _store!.Dispose();
        Directory.Delete(_temporary, recursive: true);
    }

    public void Dispose()
    {
        _predictor.Dispose();
        _segmentor.Dispose();
        _store?.Dispose();
    }

    private string ReasonFileOf(LabelledPicture picture)
    {
        var id = Path.Combine(_imageReasons!, picture.Id);
        return File.Exists(id + ".json") ? id + ".json" : Path.ChangeExtension(id, ".json");
    }

    private static string Key(IReadOnlyDictionary<string, string> run) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', run.Select(r => r.Key + '\0' + r.Value)))))[..24];
}
