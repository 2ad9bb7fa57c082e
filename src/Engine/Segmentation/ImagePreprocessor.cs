using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation.Resampling;

namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// Resizes, normalises and lays out frames for the network in one pass over the rows: 8-bit interleaved pixels in, planar
/// R, G, B float [3, PaddedHeight, PaddedWidth] out. The resized picture is that of Pillow's bilinear filter to the last bit (the
/// reference's ResizeShortestEdge), the normalisation is (x - mean) / std, the padding is zero after normalisation.
/// </summary>
/// <remarks>Keeps tables and scratch memory for the last geometry; one thread at a time.</remarks>
public sealed class ImagePreprocessor : IDisposable
{
    private const int FewestRowsPerBand = 16;
    private const int BandsPerThread = 4;
    private readonly WorkerTeam _team;
    private readonly RowNormaliser _normaliser;
    private readonly Scratch[] _scratch;
    private readonly Action<int, int> _runBand;
    private ImageGeometry _geometry;
    private ResampleAxis? _vertical;
    private RowResampler? _resampler;
    private RowBlender? _blender;
    private int _rowsPerBand;
    private Work _work;

    /// <summary>Creates a preprocessor.</summary>
    /// <param name="mean">Mean of R, G, B on the 0 to 255 scale.</param>
    /// <param name="std">Standard deviation of R, G, B on the 0 to 255 scale, each greater than 0.</param>
    /// <param name="threads">Most threads to use, at least 1.</param>
    public ImagePreprocessor(IReadOnlyList<float> mean, IReadOnlyList<float> std, int threads = 2)
        : this(mean, std, threads, ProcessorPaths.Best)
    {
    }

    /// <summary>The same with loops for another processor, which give the same; for tests.</summary>
    internal ImagePreprocessor(IReadOnlyList<float> mean, IReadOnlyList<float> std, int threads, ProcessorPath path)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(std);
        ArgumentOutOfRangeException.ThrowIfNotEqual(mean.Count, 3);
        ArgumentOutOfRangeException.ThrowIfNotEqual(std.Count, 3);
        Path = path;
        _team = new WorkerTeam(Math.Max(1, threads), "preprocess");
        _scratch = new Scratch[_team.Size];
        _normaliser = new RowNormaliser(mean, std, path);
        _runBand = RunBand;
    }

    private ProcessorPath Path { get; }

    /// <summary>
    /// Fills <paramref name="tensor"/> with the frame.
    /// </summary>
    /// <param name="frame">The picture, of the geometry's source size.</param>
    /// <param name="geometry">Where it goes.</param>
    /// <param name="tensor">[3, PaddedHeight, PaddedWidth].</param>
    /// <exception cref="ArgumentException">The frame or the tensor has another size than the geometry says.</exception>
    public unsafe void Run(Frame frame, in ImageGeometry geometry, Span<float> tensor)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (frame.Width != geometry.SourceWidth || frame.Height != geometry.SourceHeight)
        {
            throw new ArgumentException($"the frame is {frame.Width}x{frame.Height}, the geometry is for {geometry.SourceWidth}x{geometry.SourceHeight}", nameof(frame));
        }

        if (tensor.Length != 3 * geometry.PaddedWidth * geometry.PaddedHeight)
        {
            throw new ArgumentException($"the tensor holds {tensor.Length} values, {3 * geometry.PaddedWidth * geometry.PaddedHeight} are needed", nameof(tensor));
        }

        Prepare(geometry);
        fixed (float* output = tensor)
        {
            _work = new Work((byte*)frame.DangerousAddress, frame.Stride, frame.Format.PixelFormat == PixelFormat.Bgr24, output);
            _team.Run((geometry.PaddedHeight + _rowsPerBand - 1) / _rowsPerBand, _runBand);
            _work = default;
        }
    }

    /// <summary>Resizes a frame into another of the same pixel format, with the same filter; for tools and tests.</summary>
    public unsafe void Resize(Frame frame, Frame target)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(target);
        if (frame.Format.PixelFormat != target.Format.PixelFormat)
        {
            throw new ArgumentException($"cannot resize {frame.Format} into {target.Format}: the pixel formats differ", nameof(target));
        }

        Prepare(new ImageGeometry(frame.Width, frame.Height, target.Width, target.Height, target.Width, target.Height));
        _work = new Work((byte*)frame.DangerousAddress, frame.Stride, false, null, (byte*)target.DangerousAddress);
        _team.Run((target.Height + _rowsPerBand - 1) / _rowsPerBand, _runBand);
        _work = default;
    }

    /// <summary>Ends the worker threads.</summary>
    public void Dispose() => _team.Dispose();

    private void Prepare(in ImageGeometry geometry)
    {
        if (_geometry == geometry && _vertical is not null)
        {
            return;
        }

        var horizontal = new ResampleAxis(geometry.SourceWidth, geometry.ResizedWidth);
        _vertical = new ResampleAxis(geometry.SourceHeight, geometry.ResizedHeight);
        _resampler = horizontal.IsIdentity ? null : RowResampler.Create(horizontal, Path);
        _blender = _vertical.IsIdentity ? null : RowBlender.Create(_vertical, 3 * geometry.ResizedWidth, Path);
        _geometry = geometry;
        // One thread does the picture in one go: rows between two bands would be resampled for both. Several want some bands each to share.
        var bands = _team.Size == 1 ? 1 : BandsPerThread * _team.Size;
        _rowsPerBand = Math.Max(FewestRowsPerBand, (geometry.PaddedHeight + bands - 1) / bands);
        var taps = _vertical.Count.Max();
        for (var worker = 0; worker < _scratch.Length; worker++)
        {
            _scratch[worker] = new Scratch(geometry.ResizedWidth * 3, taps, taps + RowResampler.RowsAtOnce - 1);
        }
    }

    private unsafe void RunBand(int band, int worker)
    {
        var (geometry, work, vertical, scratch) = (_geometry, _work, _vertical!, _scratch[worker]);
        var rowBytes = geometry.ResizedWidth * 3;
        var firstRow = band * _rowsPerBand;
        var endRow = Math.Min(firstRow + _rowsPerBand, geometry.PaddedHeight);
        var endResized = Math.Min(endRow, geometry.ResizedHeight);
        var endSource = endResized > firstRow ? vertical.First[endResized - 1] + vertical.Count[endResized - 1] : 0;
        // Source rows below this one are in the ring, as far as they are still needed.
        var ready = vertical.First[Math.Min(firstRow, geometry.ResizedHeight - 1)];
        fixed (nint* addresses = scratch.Addresses)
        {
            var rows = (byte**)addresses;
            for (var y = firstRow; y < endResized; y++)
            {
                var (first, count) = (vertical.First[y], vertical.Count[y]);
                while (_resampler is not null && ready < first + count)
                {
                    ready = ResampleRows(work, ready, endSource, scratch);
                }

                for (var k = 0; k < count; k++)
                {
                    rows[k] = _resampler is null ? work.Row(first + k) : scratch.Row(first + k);
                }

                rows[count] = rows[count - 1];
                var result = rows[0];
                if (_blender is not null)
                {
                    result = work.Image is null ? scratch.Result : work.Image + ((long)y * rowBytes);
                    _blender.Run(rows, y, result);
                }
                else if (work.Image is not null)
                {
                    Buffer.MemoryCopy(result, work.Image + ((long)y * rowBytes), rowBytes, rowBytes);
                }

                if (work.Tensor is not null)
                {
                    var plane = (long)geometry.PaddedWidth * geometry.PaddedHeight;
                    _normaliser.Run(result, geometry.ResizedWidth, work.IsBgr, work.Tensor + ((long)y * geometry.PaddedWidth), plane);
                    WritePadding(work.Tensor, y, geometry.ResizedWidth);
                }
            }
        }

        for (var y = Math.Max(firstRow, endResized); y < endRow; y++)
        {
            WritePadding(work.Tensor, y, 0);
        }
    }

    // Resamples rows from "first" on into the ring, four or as many as are left there until its end; returns the row behind them.
    private unsafe int ResampleRows(in Work work, int first, int end, Scratch scratch)
    {
        var rows = Math.Min(Math.Min(RowResampler.RowsAtOnce, end - first), scratch.Rows - (first % scratch.Rows));
        _resampler!.Run(work.Row(first), work.Stride, rows, scratch.Row(first), scratch.Pitch);
        return first + rows;
    }

    private unsafe void WritePadding(float* tensor, int y, int fromColumn)
    {
        if (tensor is null)
        {
            return;
        }

        for (var channel = 0; channel < 3; channel++)
        {
            var row = tensor + ((((long)channel * _geometry.PaddedHeight) + y) * _geometry.PaddedWidth);
            new Span<float>(row + fromColumn, _geometry.PaddedWidth - fromColumn).Clear();
        }
    }

    private readonly unsafe struct Work(byte* pixels, int stride, bool isBgr, float* tensor, byte* image = null)
    {
        public readonly int Stride = stride;
        public readonly bool IsBgr = isBgr;
        public readonly float* Tensor = tensor;
        public readonly byte* Image = image;
        private readonly byte* _pixels = pixels;

        public byte* Row(int y) => _pixels + ((long)y * Stride);
    }

    /// <summary>
    /// Memory of a worker: a ring of rows of the resized width, as few as the vertical pass needs at a time so that they stay in the
    /// first-level cache, a row of the result and the addresses of the rows that it is made of.
    /// </summary>
    private sealed unsafe class Scratch
    {
        private const int Line = 64;
        private readonly byte[] _memory;

        public Scratch(int rowBytes, int taps, int rows)
        {
            // A multiple of the rows done at once, so that none of them are cut at the end of the ring.
            Rows = (rows + RowResampler.RowsAtOnce - 1) / RowResampler.RowsAtOnce * RowResampler.RowsAtOnce;
            Pitch = ((rowBytes + Line - 1) / Line * Line) + RowResampler.Slack;
            _memory = GC.AllocateArray<byte>(checked(((Rows + 1) * Pitch) + Line), pinned: true);
            Addresses = new nint[taps + 1];
        }

        public int Rows { get; }

        public int Pitch { get; }

        public nint[] Addresses { get; }

        public byte* Result => Start;

        private byte* Start => (byte*)(((nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _memory[0]) + Line - 1) & -Line);

        public byte* Row(int y) => Start + ((1 + (y % Rows)) * (long)Pitch);
    }
}
