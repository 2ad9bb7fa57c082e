using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render.Hud;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Render.Cpu;

/// <summary>
/// Composites without OpenGL: for machines that have none, and as the oracle that the shaders are tested against.
/// </summary>
public sealed class CpuCompositor : ICompositor
{
    private const int Margin = 2 * OverlayMath.MaxStep;
    private const int Overrun = 64;

    private readonly OverlayColors _colors;
    private readonly LabelGrid _grid = new();
    private readonly GuideColors _guides = new();
    private readonly BandRunner _bands;
    private readonly QuadBlender _quads = new();
    private readonly HudLayout _hud;
    private readonly EdgeAwareUpsampler[] _upsamplers;
    private readonly OverlayBlender[] _blenders;
    private readonly Action<int> _guideBand;
    private readonly Action<int> _resolveBand;
    private readonly Action<int> _blendBand;
    private readonly byte[] _strength = new byte[OverlayMath.ContourWeights + 1];
    private ushort[] _resolved = [];
    private uint[] _fill = [];
    private uint[] _contour = [];
    private int _colorVersion = -1;
    private OverlayJob _job;
    private Frame? _frame;
    private Frame? _target;

    /// <summary>Creates a compositor.</summary>
    /// <param name="palette">Colours of the classes, or null for the shared ones.</param>
    /// <param name="threads">Threads to use at once, or 0 for one a processor, four at most.</param>
    public CpuCompositor(ClassPalette? palette = null, int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        var workers = threads > 0 ? threads : Math.Min(4, Environment.ProcessorCount);
        palette ??= ClassPalette.Shared;
        _colors = new OverlayColors(palette);
        _hud = new HudLayout(palette);
        _bands = new BandRunner(workers);
        // More bands than threads: a picture's boundaries, which are the work, are rarely spread evenly.
        var bands = workers == 1 ? 1 : 4 * workers;
        _upsamplers = [.. Enumerable.Range(0, bands).Select(static _ => new EdgeAwareUpsampler())];
        _blenders = [.. Enumerable.Range(0, bands).Select(static _ => new OverlayBlender())];
        _guideBand = GuideBand;
        _resolveBand = ResolveBand;
        _blendBand = BlendBand;
    }

    /// <inheritdoc/>
    public string Name => "CPU";

    /// <inheritdoc/>
    public int Latency => 0;

    /// <inheritdoc/>
    public bool Compose(Frame frame, SegmentationResult? masks, OverlayStyle style, HudContent? hud, Frame target)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(style);
        ArgumentNullException.ThrowIfNull(target);
        if (target.Format != frame.Format)
        {
            throw new ArgumentException($"the target is {target.Format}, the picture is {frame.Format}", nameof(target));
        }

        if (masks is null || masks.Width == 0)
        {
            if (!ReferenceEquals(frame, target))
            {
                frame.Pixels.CopyTo(target.Pixels);
            }
        }
        else
        {
            DrawMasks(frame, masks, style, target);
        }

        if (_hud.Build(frame.Format, masks, style, hud))
        {
            _quads.Draw(_hud.Quads, target);
        }

        if (!ReferenceEquals(frame, target))
        {
            target.CopyMetadataFrom(frame);
        }

        return true;
    }

    /// <inheritdoc/>
    public bool Drain(Frame target) => false;

    /// <inheritdoc/>
    public void Dispose()
    {
        // Holds nothing but managed memory.
    }

    private void DrawMasks(Frame frame, SegmentationResult masks, OverlayStyle style, Frame target)
    {
        _colors.Update(masks, style, frame.Format.PixelFormat);
        if (_colorVersion != _colors.Version)
        {
            _colorVersion = _colors.Version;
            _fill = CopyInto(_fill, _colors.Fill);
            _contour = CopyInto(_contour, _colors.Contour);
        }

        var (step, low, high) = OverlayMath.ContourRamp(style.ContourWidth);
        for (var e = 0; e < _strength.Length; e++)
        {
            _strength[e] = (byte)OverlayMath.ContourStrength(e, low, high);
        }

        _grid.Set(frame.Format, masks, _colors.Count, style.Contours ? step : 1);
        _guides.Set(_grid);
        var pitch = frame.Width + (2 * Margin);
        var size = (pitch * (frame.Height + (2 * Margin))) + Overrun;
        if (_resolved.Length < size)
        {
            _resolved = GC.AllocateUninitializedArray<ushort>(size);
        }

        _job = new OverlayJob
        {
            Grid = _grid, Resolved = _resolved, Origin = (Margin * pitch) + Margin, Pitch = pitch, Fill = _fill, Contour = _contour,
            Contours = style.Contours, Step = step, Strength = _strength,
        };
        _frame = frame;
        _target = target;
        _bands.Run(_upsamplers.Length, _guideBand);
        _bands.Run(_upsamplers.Length, _resolveBand);
        FillMargins(frame.Height, pitch);
        _bands.Run(_blenders.Length, _blendBand);
        _frame = null;
        _target = null;
    }

    private static uint[] CopyInto(uint[] table, ReadOnlySpan<uint> values)
    {
        if (table.Length < values.Length)
        {
            table = new uint[values.Length];
        }

        values.CopyTo(table);
        return table;
    }

    private (int First, int End) Band(int band, int rows) => (band * rows / _blenders.Length, (band + 1) * rows / _blenders.Length);

    private void GuideBand(int band)
    {
        var (first, end) = Band(band, _grid.Height);
        for (var j = first; j < end; j++)
        {
            _guides.ComputeRow(_frame!, j);
        }
    }

    private void ResolveBand(int band)
    {
        var (first, end) = Band(band, _grid.Height);
        for (var j = first; j < end; j++)
        {
            _upsamplers[band].ResolveRow(_grid, _guides, _frame!, j, _resolved, _job.Origin, _job.Pitch);
        }

        for (var y = _grid.Rows.Start[first]; y < _grid.Rows.Start[end]; y++)
        {
            var row = _resolved.AsSpan(_job.Origin + (y * _job.Pitch) - Margin, _job.Pitch);
            row[..Margin].Fill(row[Margin]);
            row[^Margin..].Fill(row[^(Margin + 1)]);
        }
    }

    private void FillMargins(int height, int pitch)
    {
        for (var row = 0; row < Margin; row++)
        {
            _resolved.AsSpan(Margin * pitch, pitch).CopyTo(_resolved.AsSpan(row * pitch, pitch));
            _resolved.AsSpan((Margin + height - 1) * pitch, pitch).CopyTo(_resolved.AsSpan((Margin + height + row) * pitch, pitch));
        }
    }

    private void BlendBand(int band)
    {
        var (first, end) = Band(band, _grid.FrameHeight);
        for (var y = first; y < end; y++)
        {
            _blenders[band].BlendRow(_job, _frame!, _target!, y);
        }
    }
}
