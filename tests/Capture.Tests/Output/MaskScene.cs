using System.Collections;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Capture;

/// <summary>Makes results from drawings: one character a pixel, '.' for nothing, 'a' for class or segment 0, 'b' for 1, ...</summary>
internal static class MaskScene
{
    public static Vocabulary Words { get; } = new([.. "sky,tree \"<oak>\",person,café".Split(',').Select((n, i) => new VocabularyClass([n], i == 2))]);

    public static SegmentationResult Semantic(params string[] rows)
    {
        var result = Map(rows);
        result.Mode = SegmentationMode.Semantic;
        for (var c = 0; c < Words.Count; c++)
        {
            var area = Count(result, (ushort)c);
            if (area > 0)
            {
                result.Segments.Add(new Segment(result.Segments.Count + 1, c, c == 2, 0.5f + (c / 8f), area, default));
            }
        }

        return result;
    }

    public static SegmentationResult Panoptic(int[] classes, params string[] rows)
    {
        var result = Map(rows);
        result.Mode = SegmentationMode.Panoptic;
        for (var s = 0; s < classes.Length; s++)
        {
            result.Segments.Add(new Segment(s + 1, classes[s], classes[s] == 2, 0.75f, Count(result, (ushort)s), default, TrackId: 10 * (s + 1)));
        }

        return result;
    }

    public static SegmentationResult Instances(params string[][] masks)
    {
        var result = Map(masks[0]);
        result.Mode = SegmentationMode.Instance;
        foreach (var mask in masks)
        {
            var bits = new BitArray([.. mask.SelectMany(row => row.Select(c => c != '.'))]);
            result.InstanceMasks.Add(new BinaryMask(mask[0].Length, mask.Length, bits));
            result.Segments.Add(new Segment(result.Segments.Count + 1, 2, true, 0.9f, bits.Cast<bool>().Count(b => b), default));
        }

        return result;
    }

    public static Frame FrameOf(int width, int height, long index = 12, string? name = null)
    {
        var frame = new FramePool().Rent(new FrameFormat(width, height));
        frame.Index = index;
        frame.TimestampUs = index * 40_000;
        frame.Name = name;
        return frame;
    }

    public static SegmentationResult Random(int seed, int width, int height, int segments)
    {
        var random = new Random(seed);
        var rows = Enumerable.Range(0, height).Select(_ => new string([.. Enumerable.Range(0, width).Select(_ => random.Next(4) == 0 ? '.' : (char)('a' + random.Next(segments)))]));
        return Panoptic([.. Enumerable.Range(0, segments).Select(s => s % 3)], [.. rows]);
    }

    private static SegmentationResult Map(string[] rows)
    {
        var result = new SegmentationResultPool().Rent();
        result.Resize(rows[0].Length, rows.Length);
        result.Vocabulary = Words;
        result.FrameIndex = 12;
        for (var i = 0; i < result.Labels.Length; i++)
        {
            var c = rows[i / result.Width][i % result.Width];
            result.Labels[i] = c == '.' ? SegmentationResult.Void : (ushort)(c - 'a');
        }

        return result;
    }

    private static int Count(SegmentationResult result, ushort label) => result.Labels.ToArray().Count(v => v == label);
}
