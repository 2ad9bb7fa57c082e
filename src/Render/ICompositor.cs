using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Render;

/// <summary>
/// Draws masks, contours, legend and statistics over frames. One thread at a time; it need not always be the same thread.
/// </summary>
/// <remarks>
/// Colours are straight (not premultiplied) alpha on 8-bit sRGB values, as video players blend. Row 0 of frames, label maps and results is
/// the top row. The formulas, which every compositor shares to the bit, are in <c>shaders/README.md</c>.
/// </remarks>
public interface ICompositor : IDisposable
{
    /// <summary>What draws, for people: "CPU" or the graphics driver's name.</summary>
    string Name { get; }

    /// <summary>Pictures that come out late: a call returns the picture of the call that many calls before. 0 where each comes at once.</summary>
    int Latency { get; }

    /// <summary>Draws one picture, and delivers the picture of <see cref="Latency"/> calls before.</summary>
    /// <param name="frame">The frame; it stays the caller's and is not needed afterwards.</param>
    /// <param name="masks">Its masks, or null to show the frame without any. They stay the caller's and are not needed afterwards.</param>
    /// <param name="style">How to draw.</param>
    /// <param name="hud">Statistics to show where the style asks for them, or null.</param>
    /// <param name="target">
    /// Receives the delivered picture with its index, time stamps and name. Of the format of the frame that it belongs to. May be
    /// <paramref name="frame"/> itself.
    /// </param>
    /// <returns>True if a picture was delivered; false while the first <see cref="Latency"/> are on their way.</returns>
    /// <exception cref="ArgumentException"><paramref name="target"/> has another format than the delivered picture.</exception>
    /// <exception cref="SegrException">The graphics driver failed.</exception>
    bool Compose(Frame frame, SegmentationResult? masks, OverlayStyle style, HudContent? hud, Frame target);

    /// <summary>Delivers a picture that is still on its way, oldest first; false if there is none.</summary>
    /// <param name="target">As in <see cref="Compose"/>.</param>
    bool Drain(Frame target);
}
