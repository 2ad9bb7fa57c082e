using System.Globalization;
using OpenSegR.Realtime.Capture.Synthetic;
using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Capture.Datasets;

/// <summary>
/// Synthetic scenes as a dataset, drawn when they are read: <c>synthetic:SEED:COUNT[:WxH[:FRAMES]]</c>. Scene i has the seed SEED + i and is
/// shown at a moment that its seed chooses, in FRAMES consecutive frames.
/// <para>
/// Where FRAMES is 1, clips of <see cref="ClipLength"/> frames follow the pictures, for steadiness over time alone: of the scenes from SEED on
/// whose camera stands still, one for every eight pictures, at least two and at most forty.
/// </para>
/// </summary>
internal sealed class SyntheticDataset : ILabelledDataset
{
    /// <summary>Frames of a clip.</summary>
    public const int ClipLength = 8;

    private const string Usage = "use synthetic:SEED:COUNT[:WxH[:FRAMES]], for instance synthetic:7:200 or synthetic:7:20:640x360:30";
    private const int Suspects = 3;
    private readonly SyntheticProtocol _protocol;
    private readonly SyntheticClasses _classes;
    private readonly List<(string Id, long Seed, int Frame, bool IsClip)> _items = [];
    private readonly int _width;
    private readonly int _height;
    private readonly int _framesPerScene;
    private readonly SyntheticFrame _truth = new();
    private SyntheticScene? _scene;
    private (string Sequence, ReasonSet Reasons)? _reasons;

    /// <summary>Creates the dataset that a text names.</summary>
    /// <param name="body">What follows "synthetic:".</param>
    /// <param name="protocol">Draws or gives the protocol, from the seed.</param>
    /// <param name="reasons">Reasoning that the user gives; it also says what the classes are.</param>
    /// <exception cref="InputException">The text is not of the form, or the classes are nothing in the synthetic world.</exception>
    public SyntheticDataset(string body, Func<long, SyntheticProtocol> protocol, ReasonSet? reasons)
    {
        Name = SyntheticSource.Prefix + body;
        var parts = body.Split(':');
        if (parts.Length is < 2 or > 4 || !long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed)
            || !TryNumber(parts[1], 1_000_000, out var count))
        {
            throw new InputException($"'{Name}' names no synthetic dataset: {Usage}");
        }

        (_width, _height, _framesPerScene) = (640, 360, 1);
        if (parts.Length > 2 && (parts[2].Split('x', 'X') is not [var w, var h] || !TryNumber(w, 4096, out _width) || !TryNumber(h, 4096, out _height)))
        {
            throw new InputException($"'{parts[2]}' in '{Name}' is no size of up to 4096x4096: {Usage}");
        }

        if (parts.Length > 3 && !TryNumber(parts[3], 10_000, out _framesPerScene))
        {
            throw new InputException($"'{parts[3]}' in '{Name}' is no number of frames from 1 to 10000: {Usage}");
        }

        _protocol = protocol(seed);
        _classes = new SyntheticClasses(_protocol.Classes, ReferenceEquals(_protocol.Classes, _protocol.Words) ? reasons : null);
        AddItems(seed, count);
        Ids = _items.ConvertAll(item => item.Id);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Description => $"protocol '{_protocol.Name}': {_protocol.Summary}";

    /// <inheritdoc/>
    public Vocabulary Vocabulary => _protocol.Words;

    /// <inheritdoc/>
    public Vocabulary Classes => _protocol.Classes;

    /// <inheritdoc/>
    public ReasonSet? Reasons => _protocol.Reasons;

    /// <inheritdoc/>
    public IReadOnlyList<string> Ids { get; }

    /// <inheritdoc/>
    public LabelledPicture Read(int index, FramePool pool)
    {
        var (id, seed, number, isClip) = _items[index];
        var frame = pool.Rent(new FrameFormat(_width, _height));
        try
        {
            Draw(seed, number, frame);
            frame.Name = id;
            var (classes, ids, segments, motions) = SyntheticTruth.Of(_truth.Labels, _truth.Segments, _classes, c => Vocabulary.Classes[c].IsThing);
            var sequence = isClip || _framesPerScene > 1 ? $"{(isClip ? "clip" : "scene")} {seed}" : null;
            return new LabelledPicture
            {
                Id = id, Sequence = sequence, Frame = frame, Classes = classes, SegmentIds = ids, Segments = segments, Motions = motions,
                IsConsistencyOnly = isClip, Reasons = ReasonsFor(sequence ?? id, seed, number, segments, pool),
            };
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    private void AddItems(long seed, int count)
    {
        for (var i = 0; i < count; i++)
        {
            for (var k = 0; k < _framesPerScene; k++)
            {
                _items.Add((_framesPerScene == 1 ? $"scene-{seed + i}" : $"scene-{seed + i}-{k:D4}", seed + i, k, false));
            }
        }

        if (_framesPerScene > 1)
        {
            return;
        }

        // One scene in five has a camera that stands still.
        var clips = Math.Clamp(count / 8, 2, 40);
        for (var s = seed; clips > 0; s++)
        {
            if (Scene(s).HasStillCamera)
            {
                _items.AddRange(Enumerable.Range(0, ClipLength).Select(k => ($"clip-{s}-{k:D2}", s, k, true)));
                clips--;
            }
        }
    }

    private SyntheticScene Scene(long seed)
    {
        if (_scene?.Seed != seed)
        {
            _scene = new SyntheticScene(seed, _width, _height, thing => _classes.Includes(thing) && _protocol.Filter switch
            {
                CompositionFilter.Seen => !SyntheticSplits.IsHeldOut(thing),
                CompositionFilter.HeldOut => SyntheticSplits.IsHeldOut(thing),
                _ => true,
            });
        }

        return _scene;
    }

    private void Draw(long seed, int number, Frame frame) =>
        Scene(seed).Draw(SynthExporter.MomentOf(seed) + number, frame.Format, frame.Pixels, _truth, parallel: true);

    /// <summary>
    /// What a reasoner would say of the picture: descriptions of the classes that are in it, and of some that it wrongly suspects. A video is
    /// reasoned about once, at its first frame.
    /// </summary>
    private ReasonSet? ReasonsFor(string sequence, long seed, int number, PanopticSegment[] segments, FramePool pool)
    {
        if (_protocol.ImageReasons is not { } all)
        {
            return null;
        }

        if (_reasons?.Sequence == sequence)
        {
            return _reasons.Value.Reasons;
        }

        if (number != 0)
        {
            using var first = pool.Rent(new FrameFormat(_width, _height));
            Draw(seed, 0, first);
            segments = SyntheticTruth.Of(_truth.Labels, _truth.Segments, _classes, c => Vocabulary.Classes[c].IsThing).Segments;
        }

        var random = new SyntheticRandom((ulong)seed ^ 0x5A5A5A5AUL);
        var candidates = segments.Select(s => s.Category).ToHashSet();
        for (var suspects = Math.Min(Suspects, Vocabulary.Count - candidates.Count); suspects > 0;)
        {
            suspects -= candidates.Add(random.Below(Vocabulary.Count)) ? 1 : 0;
        }

        var reasons = new ReasonSet(ReasonKind.Image, [.. candidates.Order().Select(c => all.Entries[c])]);
        _reasons = (sequence, reasons);
        return reasons;
    }

    private static bool TryNumber(string text, int most, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= 1 && value <= most;
}
