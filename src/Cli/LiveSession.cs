using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render.Live;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Cli;

/// <summary>What the user of the live window asks for, done: other words, another mode, screenshots, recordings.</summary>
internal sealed class LiveSession(SegmentationModel model, Segmentor segmentor, Func<Vocabulary, TextClassifier> embed, string folder, double framesPerSecond)
    : ILiveWindowEvents, IDisposable
{
    private readonly Lock _embedding = new();
    private VideoFileSink? _recording;
    private string _recordingPath = "";
    private int _latestRequest;

    /// <summary>Where messages for the user go; set once the window is there.</summary>
    public Action<string> Notify { get; set; } = Terminal.Status;

    public void PauseChanged(bool isPaused)
    {
        // The window holds its picture; the pipeline goes on, so that the newest frame is there when it continues.
    }

    public void ModeRequested()
    {
        try
        {
            segmentor.Mode = (SegmentationMode)(((int)segmentor.Mode + 1) % Enum.GetValues<SegmentationMode>().Length);
            Notify($"mode: {segmentor.Mode.ToString().ToLowerInvariant()}");
        }
        catch (InputException e)
        {
            Notify(e.Message);
        }
    }

    /// <summary>Embeds off the frame path and swaps the words in when they are ready; of several requests the last one counts.</summary>
    public void VocabularyEntered(string text) => VocabularyEntered(text, Notify);

    /// <summary>As <see cref="VocabularyEntered(string)"/>, with another place for what is to be said about the words.</summary>
    public void VocabularyEntered(string text, Action<string> notify)
    {
        var request = Interlocked.Increment(ref _latestRequest);
        Task.Run(() =>
        {
            try
            {
                lock (_embedding)
                {
                    if (request != Volatile.Read(ref _latestRequest))
                    {
                        return;
                    }

                    var classifier = embed(VocabularyParser.Parse(text, notify));
                    segmentor.Classifier = classifier;
                    var count = classifier.Vocabulary.Count;
                    notify(count == 1 ? "1 class" : $"{count} classes");
                }
            }
            catch (SegrException e)
            {
                notify(e.Message);
            }
        });
    }

    public void ScreenshotTaken(Frame picture)
    {
        var path = NextPath("png");
        try
        {
            PictureFile.Write(picture, path);
            Notify($"saved {path}");
        }
        catch (SegrException e)
        {
            Notify(e.Message);
        }
    }

    public void RecordingChanged(bool isRecording)
    {
        if (!isRecording)
        {
            EndRecording();
        }
    }

    public void PictureRecorded(Frame picture)
    {
        try
        {
            if (_recording is null)
            {
                _recordingPath = NextPath("mp4");
                Directory.CreateDirectory(folder);
                _recording = new VideoFileSink(_recordingPath, new VideoFileSinkOptions { Warn = Notify });
                _recording.Open(picture.Format, framesPerSecond);
                Notify($"recording {_recordingPath}");
            }

            _recording.Write(picture);
        }
        catch (Exception e) when (e is SegrException or IOException or UnauthorizedAccessException)
        {
            Notify(e.Message);
            EndRecording();
        }
    }

    public void Dispose() => EndRecording();

    /// <summary>Finishes the recording, if there is one.</summary>
    public void EndRecording()
    {
        if (_recording is null)
        {
            return;
        }

        try
        {
            _recording.Complete();
            Notify($"saved {_recordingPath}");
        }
        catch (SegrException e)
        {
            Notify(e.Message);
        }
        finally
        {
            _recording.Dispose();
            _recording = null;
        }
    }

    private string NextPath(string extension) =>
        Path.Combine(folder, $"{model.Manifest.Name}-{DateTime.Now:yyyyMMdd-HHmmss-fff}.{extension}");
}
