using System.Runtime.Intrinsics;
using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// Resizes, normalises and lays out frames for the network in one pass over bands of rows: 8-bit interleaved pixels in, planar
/// R, G, B float [3, PaddedHeight, PaddedWidth] out. The resized picture is that of Pillow's bilinear filter to the last bit (the
/// reference's ResizeShortestEdge), the normalisation is (x - mean) / std, the padding is zero after normalisation.
/// </summary>
/// <remarks>Keeps tables and scratch memory for the last geometry; one thread at a time.</remarks>
public sealed class ImagePreprocessor : IDisposable
{
    private const int RowsPerBand = 16;
    private readonly float[] _lookup = new float[3 * 256];
    private readonly float[] _mean;
    private readonly float[] _std;
    private readonly WorkerTeam _team;
    private ImageGeometry _geometry;
    private ResampleAxis? _horizontal;
    private ResampleAxis? _vertical;
    private byte[][] _scratch = [];
    private Work _work;
    private readonly Action<int, int> _runBand;

    /// <summary>Creates a preprocessor.</summary>
    /// <param name="mean">Mean of R, G, B on the 0 to 255 scale.</param>
    /// <param name="std">Standard deviation of R, G, B on the 0 to 255 scale, each greater than 0.</param>
    /// <param name="threads">Most threads to use, at least 1.</param>
    public ImagePreprocessor(IReadOnlyList<float> mean, IReadOnlyList<float> std, int threads = 2)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(std);
        ArgumentOutOfRangeException.ThrowIfNotEqual(mean.Count, 3);
        ArgumentOutOfRangeException.ThrowIfNotEqual(std.Count, 3);
        _team = new WorkerTeam(Math.Max(1, threads), "preprocess");
        _runBand = RunBand;
        (_mean, _std) = ([.. mean], [.. std]);
        for (var channel = 0; channel < 3; channel++)
        {
            for (var value = 0; value < 256; value++)
            {
                // An 8-bit picture has 256 values, so a table gives exactly the reference's float arithmetic for the price of a load.
                _lookup[(channel * 256) + value] = (value - mean[channel]) / std[channel];
            }
        }
    }

    /// <summary>False to use the portable loops, which give the same; for tests.</summary>
    internal bool UsesAvx2 { get; init; } = PixelRows.IsSupported;

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
            _team.Run((geometry.PaddedHeight + RowsPerBand - 1) / RowsPerBand, _runBand);
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
        _team.Run((target.Height + RowsPerBand - 1) / RowsPerBand, _runBand);
        _work = default;
    }

    /// <summary>Ends the worker threads.</summary>
    public void Dispose() => _team.Dispose();

    private void Prepare(in ImageGeometry geometry)
    {
        if (_geometry == geometry && _horizontal is not null)
        {
            return;
        }

        _horizontal = new ResampleAxis(geometry.SourceWidth, geometry.ResizedWidth);
        _vertical = new ResampleAxis(geometry.SourceHeight, geometry.ResizedHeight);
        _geometry = geometry;
        var bands = (geometry.PaddedHeight + RowsPerBand - 1) / RowsPerBand;
        _scratch = new byte[bands][];
        for (var band = 0; band < bands; band++)
        {
            var (first, end) = SourceRows(band);
            // The slack lets the vector loops load and store whole registers at the end of the last row.
            _scratch[band] = new byte[(Math.Max(0, end - first) * Pitch(geometry)) + (geometry.ResizedWidth * 3) + 64];
        }
    }

    private (int First, int End) SourceRows(int band)
    {
        var firstRow = band * RowsPerBand;
        var endRow = Math.Min(firstRow + RowsPerBand, _geometry.ResizedHeight);
        if (firstRow >= endRow)
        {
            return (0, 0);
        }

        return (_vertical!.First[firstRow], _vertical.First[endRow - 1] + _vertical.Count[endRow - 1]);
    }

    private unsafe void RunBand(int band, int worker)
    {
        var geometry = _geometry;
        var work = _work;
        var rowBytes = geometry.ResizedWidth * 3;
        var pitch = Pitch(geometry);
        var (firstSource, endSource) = SourceRows(band);
        var firstRow = band * RowsPerBand;
        fixed (byte* scratch = _scratch[band])
        {
            var intermediate = scratch + rowBytes + 32;
            ResampleRows(work, firstSource, endSource, intermediate, pitch);

            for (var y = firstRow; y < Math.Min(firstRow + RowsPerBand, geometry.PaddedHeight); y++)
            {
                if (y >= geometry.ResizedHeight)
                {
                    WritePadding(work.Tensor, y, 0);
                    continue;
                }

                var taps = new ReadOnlySpan<int>(_vertical!.Weights, y * _vertical.MaxTaps, _vertical.Count[y]);
                var source = intermediate + ((_vertical.First[y] - firstSource) * (long)pitch);
                var target = work.Image is null ? scratch : work.Image + ((long)y * rowBytes);
                BlendRows(source, rowBytes, pitch, taps, target);
                if (work.Tensor is not null)
                {
                    WriteRow(target, work.Tensor, y, work.IsBgr);
                    WritePadding(work.Tensor, y, geometry.ResizedWidth);
                }
            }
        }
    }

    // A byte more than a row has, because four are stored a pixel.
    private static int Pitch(in ImageGeometry geometry) => (geometry.ResizedWidth * 3) + 1;

    private unsafe void ResampleRows(in Work work, int first, int end, byte* target, int pitch)
    {
        // Two rows at once read a little behind their ends, which only the picture's last row cannot afford.
        var pairs = UsesAvx2 && !_horizontal!.IsIdentity && work.Stride >= PixelRows.Overread ? Math.Min(end, _geometry.SourceHeight - 1) : first;
        var y = first;
        for (; y + 2 <= pairs; y += 2)
        {
            var source = work.Pixels + ((long)y * work.Stride);
            var row = target + ((y - first) * (long)pitch);
            PixelRows.ResamplePair(source, source + work.Stride, row, row + pitch, _horizontal!);
        }

        for (; y < end; y++)
        {
            ResampleRow(work.Pixels + ((long)y * work.Stride), target + ((y - first) * (long)pitch), y == _geometry.SourceHeight - 1);
        }
    }

    /// <summary>Horizontal pass: one source row to one row of the resized width, rounded to 8 bits as Pillow does between its passes.</summary>
    private unsafe void ResampleRow(byte* source, byte* target, bool isLastRow)
    {
        var axis = _horizontal!;
        if (axis.IsIdentity)
        {
            Buffer.MemoryCopy(source, target, axis.OutputLength * 3, axis.OutputLength * 3);
            return;
        }

        fixed (int* firsts = axis.First, counts = axis.Count, allWeights = axis.Weights)
        {
            // Loading four bytes a pixel reads one byte past the pixel; only the picture's very last pixel has nothing behind it.
            var safe = isLastRow ? axis.InputLength - 1 : axis.InputLength;
            for (var x = 0; x < axis.OutputLength; x++)
            {
                var pixel = source + (firsts[x] * 3);
                var weight = allWeights + (x * axis.MaxTaps);
                var count = counts[x];
                // Lanes are the three channels of one pixel (the fourth is ignored): sum = 2^21 + sum of weight * value.
                var sum = Vector128.Create(1 << (ResampleAxis.Precision - 1));
                var last = firsts[x] + count <= safe ? count : count - 1;
                for (var k = 0; k < last; k++, pixel += 3)
                {
                    sum += Widen(*(uint*)pixel) * Vector128.Create(weight[k]);
                }

                if (last < count)
                {
                    sum += Vector128.Create(pixel[0], pixel[1], pixel[2], 0) * Vector128.Create(weight[last]);
                }

                sum = Vector128.ShiftRightArithmetic(sum, ResampleAxis.Precision);
                target[0] = Clip(sum.GetElement(0));
                target[1] = Clip(sum.GetElement(1));
                target[2] = Clip(sum.GetElement(2));
                target += 3;
            }
        }
    }

    private static Vector128<int> Widen(uint fourBytes) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(fourBytes).AsByte())).AsInt32();

    private static byte Clip(int value) => (byte)Math.Clamp(value, 0, 255);

    /// <summary>Vertical pass: a weighted sum of consecutive rows, 16 bytes at a time.</summary>
    private unsafe void BlendRows(byte* source, int rowBytes, int pitch, ReadOnlySpan<int> taps, byte* target)
    {
        if (_vertical!.IsIdentity)
        {
            Buffer.MemoryCopy(source, target, rowBytes, rowBytes);
            return;
        }

        var x = UsesAvx2 ? PixelRows.Blend(source, pitch, taps, target, rowBytes) : 0;
        for (; x + 16 <= rowBytes; x += 16)
        {
            // The 16 bytes become four vectors of four 32-bit sums.
            var sum0 = Vector128.Create(1 << (ResampleAxis.Precision - 1));
            var sum1 = sum0;
            var sum2 = sum0;
            var sum3 = sum0;
            var pixel = source + x;
            for (var k = 0; k < taps.Length; k++, pixel += pitch)
            {
                var weight = Vector128.Create(taps[k]);
                var (low, high) = Vector128.Widen(Vector128.Load(pixel));
                var (a, b) = Vector128.Widen(low);
                var (c, d) = Vector128.Widen(high);
                sum0 += a.AsInt32() * weight;
                sum1 += b.AsInt32() * weight;
                sum2 += c.AsInt32() * weight;
                sum3 += d.AsInt32() * weight;
            }

            // Weights are not negative and sum to one within rounding: results lie in 0..255 or one above, so narrow with a minimum.
            var limit = Vector128.Create(255);
            var low16 = Vector128.Narrow(Finish(sum0, limit), Finish(sum1, limit));
            var high16 = Vector128.Narrow(Finish(sum2, limit), Finish(sum3, limit));
            Vector128.Narrow(low16.AsUInt16(), high16.AsUInt16()).Store(target + x);
        }

        for (; x < rowBytes; x++)
        {
            var sum = 1 << (ResampleAxis.Precision - 1);
            for (var k = 0; k < taps.Length; k++)
            {
                sum += source[x + (k * (long)pitch)] * taps[k];
            }

            target[x] = Clip(sum >> ResampleAxis.Precision);
        }
    }

    private static Vector128<int> Finish(Vector128<int> sum, Vector128<int> limit) =>
        Vector128.Min(Vector128.ShiftRightArithmetic(sum, ResampleAxis.Precision), limit);

    private unsafe void WriteRow(byte* row, float* tensor, int y, bool isBgr)
    {
        var plane = (long)_geometry.PaddedWidth * _geometry.PaddedHeight;
        var red = tensor + ((long)y * _geometry.PaddedWidth);
        var green = red + plane;
        var blue = green + plane;
        var (first, third) = isBgr ? (2, 0) : (0, 2);
        var done = 0;
        if (UsesAvx2)
        {
            var width = _geometry.ResizedWidth;
            PixelRows.Normalise(row, width, first, _mean[0], _std[0], red);
            PixelRows.Normalise(row, width, 1, _mean[1], _std[1], green);
            done = PixelRows.Normalise(row, width, third, _mean[2], _std[2], blue);
            row += 3 * done;
        }

        fixed (float* lookup = _lookup)
        {
            for (var x = done; x < _geometry.ResizedWidth; x++, row += 3)
            {
                red[x] = lookup[row[first]];
                green[x] = lookup[256 + row[1]];
                blue[x] = lookup[512 + row[third]];
            }
        }
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
        public readonly byte* Pixels = pixels;
        public readonly int Stride = stride;
        public readonly bool IsBgr = isBgr;
        public readonly float* Tensor = tensor;
        public readonly byte* Image = image;
    }
}
