using OpenSegR.Realtime.Segmentation.Resampling;

namespace OpenSegR.Realtime.Tests.Segmentation.Resampling;

/// <summary>
/// Both passes on every path, against sums written down plainly, in memory that ends at a guard page, with rows that lie apart: what is
/// between the rows changes nothing, and what is behind the results stays as it is.
/// </summary>
public sealed unsafe class ResamplingLoopTests
{
    private const int Channels = 3;
    private const int Gap = 37;

    public static TheoryData<int, int> Lengths =>
        new()
        {
            // One pixel to one, to many, many to one; narrower than every window; enlarged; odd.
            { 1, 2 }, { 1, 40 }, { 5, 3 }, { 6, 3 }, { 7, 9 }, { 40, 1 }, { 21, 22 }, { 22, 21 }, { 43, 100 }, { 20, 60 }, { 97, 43 },
            // Ratios with small fractions, and the same a little longer; far apart, where few bytes of a row fit in a window.
            { 64, 32 }, { 65, 32 }, { 96, 32 }, { 97, 32 }, { 90, 60 }, { 128, 32 }, { 129, 32 }, { 160, 32 }, { 200, 10 }, { 333, 7 }, { 640, 12 },
        };

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Rows_are_resampled_alike_on_every_path(int from, int to)
    {
        var axis = new ResampleAxis(from, to);
        var random = new Random(from);
        foreach (var path in Enum.GetValues<ProcessorPath>().Where(ProcessorPaths.IsSupported))
        {
            var resampler = RowResampler.Create(axis, path);
            foreach (var rows in new[] { 1, 2, 3, 4, 7 })
            {
                var (sourceBytes, targetBytes, stride) = (Channels * from, Channels * to, (Channels * from) + Gap);
                var pitch = targetBytes + RowResampler.Slack;
                using var source = new GuardedMemory(((rows - 1) * stride) + sourceBytes);
                using var target = new GuardedMemory(rows * pitch);
                Fill(random, source.Span);
                target.Span.Fill(0xA5);

                resampler.Run(source.Start, stride, rows, target.Start, pitch);

                for (var y = 0; y < rows; y++)
                {
                    for (var i = 0; i < targetBytes; i++)
                    {
                        var (x, channel, row) = (i / Channels, i % Channels, y * stride);
                        var expected = Sum(axis, x, k => source.Start[row + (Channels * (axis.First[x] + k)) + channel]);
                        Assert.True(expected == target.Span[(y * pitch) + i], $"{path}, {rows} rows, row {y}, byte {i}");
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Rows_are_blended_alike_on_every_path(int from, int to)
    {
        var axis = new ResampleAxis(from, to);
        var random = new Random(to);
        var rows = stackalloc byte*[axis.MaxTaps + 1];
        foreach (var path in Enum.GetValues<ProcessorPath>().Where(ProcessorPaths.IsSupported))
        {
            foreach (var rowBytes in new[] { 3, 15, 18, 33, 63, 66, 111 })
            {
                var blender = RowBlender.Create(axis, rowBytes, path);
                using var source = new GuardedMemory(((from - 1) * (rowBytes + Gap)) + rowBytes);
                using var target = new GuardedMemory(rowBytes);
                Fill(random, source.Span);
                for (var y = 0; y < to; y++)
                {
                    for (var k = 0; k <= axis.Count[y]; k++)
                    {
                        rows[k] = source.Start + ((axis.First[y] + Math.Min(k, axis.Count[y] - 1)) * (rowBytes + Gap));
                    }

                    blender.Run(rows, y, target.Start);

                    for (var i = 0; i < rowBytes; i++)
                    {
                        var (first, at) = (axis.First[y], i);
                        var expected = Sum(axis, y, k => source.Start[((first + k) * (rowBytes + Gap)) + at]);
                        Assert.True(expected == target.Span[i], $"{path}, {rowBytes} bytes, row {y}, byte {i}");
                    }
                }
            }
        }
    }

    // Noise, a third of it the two extremes.
    private static void Fill(Random random, Span<byte> bytes)
    {
        random.NextBytes(bytes);
        foreach (ref var value in bytes)
        {
            value = random.Next(3) == 0 ? (byte)(value < 100 ? 0 : 255) : value;
        }
    }

    private static int Sum(ResampleAxis axis, int i, Func<int, byte> sample)
    {
        var sum = 1L << (ResampleAxis.Precision - 1);
        for (var k = 0; k < axis.Count[i]; k++)
        {
            sum += (long)axis.Weights[(i * axis.MaxTaps) + k] * sample(k);
        }

        return (int)Math.Min(sum >> ResampleAxis.Precision, byte.MaxValue);
    }
}
