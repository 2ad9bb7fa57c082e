using OpenCvSharp;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Capture;

/// <summary>
/// The images of a folder ("frames"), of a pattern ("frames/img_*.png", "frames/img_%04d.png") or one image, in natural order, upright (EXIF
/// rotation is applied). They may differ in size. Each frame's <see cref="Frame.Name"/> is its file name.
/// </summary>
public sealed class ImageFolderSource : IFrameSource
{
    private readonly IReadOnlyList<string> _files;
    private readonly FrameSourceOptions _options;
    private int _nextFile;
    private long _index;
    private bool _hasEnded;
    private Frame? _first;

    /// <summary>Finds the images and decodes the first one that can be read.</summary>
    /// <param name="words">A folder, a pattern or a file.</param>
    /// <param name="options">The rate, what unreadable images mean, where warnings go; the defaults where null.</param>
    /// <exception cref="InputException">There are no images, or none that can be read.</exception>
    public ImageFolderSource(string words, FrameSourceOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(words);
        _options = (options ?? new FrameSourceOptions()).Validated();
        _files = ImageFiles.Find(words);
        var first = TryDecode(new FramePool(1));
        _first = first ?? throw new InputException($"none of the {_files.Count} images of '{words}' can be read");
        Info = new FrameSourceInfo(Path.GetFileName(words.TrimEnd('/')), first.Format, _options.ImageFps, _files.Count, IsLive: false);
    }

    /// <inheritdoc/>
    public FrameSourceInfo Info { get; }

    /// <summary>Images that could not be read so far.</summary>
    public int SkippedCount { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="InputException">An image cannot be read, and the options say that this is an error.</exception>
    public FrameRead Read(FramePool pool, out Frame? frame, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_first is not null)
        {
            frame = pool.Rent(_first.Format);
            frame.CopyFrom(_first);
            _first.Dispose();
            _first = null;
        }
        else
        {
            frame = TryDecode(pool);
        }

        if (frame is null)
        {
            if (SkippedCount > 0 && !_hasEnded)
            {
                _options.Warn?.Invoke($"{SkippedCount} of {_files.Count} images of '{Info.Description}' could not be read and were skipped");
            }

            _hasEnded = true;
            return FrameRead.EndOfStream;
        }

        frame.Index = _index;
        frame.TimestampUs = (long)Math.Round(_index * 1e6 / _options.ImageFps);
        _index++;
        return FrameRead.Frame;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _first?.Dispose();
        _first = null;
    }

    // The next image that can be read, or null at the end.
    private Frame? TryDecode(FramePool pool)
    {
        while (_nextFile < _files.Count)
        {
            var path = _files[_nextFile++];
            var reason = Decode(path, pool, out var frame);
            if (frame is not null)
            {
                return frame;
            }

            // One image that was asked for by name is not skipped.
            if (!_options.SkipUnreadableImages || _files.Count == 1)
            {
                throw new InputException($"cannot read the image '{path}': {reason}");
            }

            SkippedCount++;
            _options.Warn?.Invoke($"skipped the image '{path}': {reason}");
        }

        return null;
    }

    private static string Decode(string path, FramePool pool, out Frame? frame)
    {
        frame = null;
        try
        {
            if (new FileInfo(path).Length == 0)
            {
                return "it is empty";
            }

            using var picture = Cv2.ImRead(path, ImreadModes.Color);
            if (picture.Empty())
            {
                return "it is damaged, or not an image of a known format";
            }

            frame = FrameMat.Copy(picture, pool);
            frame.Name = Path.GetFileName(path);
            return "";
        }
        catch (OpenCVException e)
        {
            return e.ErrMsg;
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
