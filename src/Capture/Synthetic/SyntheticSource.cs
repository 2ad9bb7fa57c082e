using System.Diagnostics;
using System.Globalization;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>
/// A synthetic scene as a video: <c>synthetic:SEED[:WxH[:FRAMES]]</c>, for instance <c>synthetic:7:1280x720:300</c>. The exact labels of the frame
/// read last are in <see cref="Truth"/>.
/// </summary>
public sealed class SyntheticSource : IFrameSource
{
    /// <summary>What an input text begins with to mean a synthetic scene.</summary>
    public const string Prefix = "synthetic:";

    /// <summary>Frames where none are asked for: ten seconds.</summary>
    public const int DefaultFrames = 300;

    private const string Usage = "use synthetic:SEED[:WxH[:FRAMES]], for instance synthetic:7:1280x720:300";
    private readonly SyntheticScene _scene;
    private readonly FrameFormat _format;
    private readonly long _frames;
    private long _next;

    /// <summary>Creates a source.</summary>
    /// <param name="seed">Chooses the scene.</param>
    /// <param name="width">Width in pixels, 32 to 4096.</param>
    /// <param name="height">Height in pixels, 32 to 4096.</param>
    /// <param name="frames">Length, at least 1.</param>
    /// <param name="filter">Compositions that the scene may contain.</param>
    /// <exception cref="InputException">A value is out of range.</exception>
    public SyntheticSource(long seed, int width = 640, int height = 360, long frames = DefaultFrames, CompositionFilter filter = CompositionFilter.Any)
    {
        if (frames < 1)
        {
            throw new InputException($"a synthetic video of {frames} frames is not possible: {Usage}");
        }

        _scene = new SyntheticScene(seed, width, height, filter);
        _format = new FrameFormat(width, height);
        _frames = frames;
        Info = new FrameSourceInfo($"{Prefix}{seed}", _format, SyntheticScene.FramesPerSecond, frames, IsLive: false);
    }

    /// <inheritdoc/>
    public FrameSourceInfo Info { get; }

    /// <summary>Labels of the frame that <see cref="Read"/> delivered last; overwritten by the next one.</summary>
    public SyntheticFrame Truth { get; } = new();

    /// <summary>Creates the source that a text such as "synthetic:7:640x360:300" names; the prefix may be left out.</summary>
    /// <exception cref="InputException">The text is not of that form, or a value is out of range.</exception>
    public static SyntheticSource Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var body = text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? text[Prefix.Length..] : text;
        var parts = body.Split(':');
        if (parts.Length is < 1 or > 3 || !long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed))
        {
            throw new InputException($"'{text}' does not name a synthetic scene: {Usage}");
        }

        int width = 640, height = 360;
        if (parts.Length > 1)
        {
            var sides = parts[1].Split('x', 'X');
            if (sides.Length != 2 || !TryNumber(sides[0], out width) || !TryNumber(sides[1], out height))
            {
                throw new InputException($"'{parts[1]}' in '{text}' is not a size: {Usage}");
            }
        }

        var frames = DefaultFrames;
        if (parts.Length > 2 && !TryNumber(parts[2], out frames))
        {
            throw new InputException($"'{parts[2]}' in '{text}' is not a number of frames: {Usage}");
        }

        return new SyntheticSource(seed, width, height, frames);
    }

    /// <inheritdoc/>
    public FrameRead Read(FramePool pool, out Frame? frame, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pool);
        cancellationToken.ThrowIfCancellationRequested();
        if (_next >= _frames)
        {
            frame = null;
            return FrameRead.EndOfStream;
        }

        frame = pool.Rent(_format);
        try
        {
            _scene.Draw(_next, _format, frame.Pixels, Truth, parallel: true);
        }
        catch
        {
            frame.Dispose();
            frame = null;
            throw;
        }

        frame.Index = _next;
        frame.TimestampUs = (long)(_next * 1e6 / SyntheticScene.FramesPerSecond);
        frame.Times.Captured = Stopwatch.GetTimestamp();
        _next++;
        return FrameRead.Frame;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Holds nothing but managed memory.
    }

    private static bool TryNumber(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
