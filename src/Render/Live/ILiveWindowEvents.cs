using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Render.Live;

/// <summary>
/// What the user of a <see cref="LiveWindow"/> asks for that is not the window's own affair. Called on the window's thread, between frames:
/// long work belongs elsewhere. What is thrown ends the window.
/// </summary>
public interface ILiveWindowEvents
{
    /// <summary>The picture is held, or goes on. Held pictures are not taken over; the source may rest meanwhile.</summary>
    void PauseChanged(bool isPaused);

    /// <summary>Another output is asked for: the next of semantic, panoptic, instance.</summary>
    void ModeRequested();

    /// <summary>Other classes are asked for, in the words of <c>--vocab</c>. What is wrong with them goes to <see cref="LiveWindow.Notify"/>.</summary>
    void VocabularyEntered(string text);

    /// <summary>A screenshot: the frame with its masks as shown, without the window's bars and messages. It stays the window's.</summary>
    void ScreenshotTaken(Frame picture);

    /// <summary>Recording begins or ends.</summary>
    void RecordingChanged(bool isRecording);

    /// <summary>One picture while recording, as <see cref="ScreenshotTaken"/>; once for each frame that is shown. It stays the window's.</summary>
    void PictureRecorded(Frame picture);
}
