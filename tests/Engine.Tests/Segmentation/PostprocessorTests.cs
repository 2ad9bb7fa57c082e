using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Tests.Segmentation;

public sealed class PostprocessorTests
{
    private const ushort Void = SegmentationResult.Void;
    private static readonly ImageGeometry TwoByTwo = new(8, 8, 8, 8, 8, 8);

    [Fact]
    public void Semantic_gives_each_pixel_the_class_whose_queries_cover_it()
    {
        // Query 0 covers the left column and is class 0; query 1 covers the right column and is class 1.
        float[] masks = [5, -5, 5, -5, /**/ -5, 5, -5, 5];
        var classes = Networks.Logs(0.9f, 0.05f, 0.05f, /**/ 0.1f, 0.8f, 0.1f);

        using var result = Run(new PostprocessOptions(), masks, classes, 2, TwoByTwo, Networks.Classifier(2));

        Assert.Equal([0, 1, 0, 1], result.Labels.ToArray().Select(v => (int)v));
        Assert.Equal([(0, 2, new PixelBox(0, 0, 1, 2)), (1, 2, new PixelBox(1, 0, 2, 2))], result.Segments.Select(s => (s.ClassIndex, s.Area, s.Box)));
        // 0.9 * sigmoid(5) + 0.1 * sigmoid(-5)
        Assert.Equal(0.8946f, result.Segments[0].Score, 3);
    }

    [Fact]
    public void Semantic_leaves_pixels_below_the_minimum_score_to_nothing()
    {
        float[] masks = [5, -5, -5, -5];
        var classes = Networks.Logs(0.9f, 0.1f);

        using var result = Run(new PostprocessOptions { MinScore = 0.5f }, masks, classes, 1, TwoByTwo, Networks.Classifier(1));

        Assert.Equal([0, Void, Void, Void], result.Labels.ToArray().Select(v => (int)v));
        Assert.Equal(1, Assert.Single(result.Segments).Area);
    }

    [Fact]
    public void Semantic_maps_classes_in_play_to_their_place_in_the_vocabulary()
    {
        float[] masks = [5, 5, 5, 5];
        var classes = Networks.Logs(0.2f, 0.7f, 0.1f);

        using var result = Run(new PostprocessOptions(), masks, classes, 1, TwoByTwo, Networks.Classifier(5, 1, [1, 4]));

        Assert.All(result.Labels.ToArray(), v => Assert.Equal(4, v));
    }

    [Fact]
    public void Semantic_averages_the_reasons_after_their_softmax()
    {
        // Reason 0 is sure of class 0 (0.9), reason 1 leans to class 1 (0.6): the mean is 0.65 to 0.35.
        float[] masks = [5, 5, 5, 5];
        var classes = Networks.Logs(0.9f, 0.1f, 0f, /**/ 0.4f, 0.6f, 0f);

        using var result = Run(new PostprocessOptions(), masks, classes, 1, TwoByTwo, Networks.Classifier(2, 2));

        Assert.All(result.Labels.ToArray(), v => Assert.Equal(0, v));
        Assert.Equal(0.65f * 0.99331f, result.Segments[0].Score, 3);
    }

    [Fact]
    public void Panoptic_separates_things_merges_stuff_and_drops_overlapped_masks()
    {
        // Four columns of one 4x1 grid. Things 0: queries 0 and 1. Stuff 1: queries 2 and 3. Query 4 loses three of its four pixels.
        var geometry = new ImageGeometry(16, 4, 16, 4, 16, 4);
        float[] masks =
        [
            9, -9, -9, -9,
            -9, 9, -9, -9,
            -9, -9, 9, -9,
            -9, -9, -9, 9,
            1, 1, 1, 1,
        ];
        var classes = Networks.Logs(
            0.9f, 0.05f, 0.05f, 0.9f, 0.05f, 0.05f, 0.05f, 0.9f, 0.05f, 0.05f, 0.9f, 0.05f, 0.4f, 0.3f, 0.3f);

        using var result = Run(
            new PostprocessOptions { Mode = SegmentationMode.Panoptic }, masks, classes, 5, geometry, Networks.Classifier(2, 1, null, 0));

        Assert.Equal([0, 1, 2, 2], result.Labels.ToArray().Select(v => (int)v));
        Assert.Equal([(1, 0, true, 1), (2, 0, true, 1), (3, 1, false, 2)], result.Segments.Select(s => (s.Id, s.ClassIndex, s.IsThing, s.Area)));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void Panoptic_lets_void_reject_a_query_only_without_reasons(int reasons, bool rejected)
    {
        float[] masks = [5, 5, 5, 5];
        var classes = Enumerable.Repeat(Networks.Logs(0.3f, 0.1f, 0.6f), reasons).SelectMany(x => x).ToArray();

        using var result = Run(
            new PostprocessOptions { Mode = SegmentationMode.Panoptic }, masks, classes, 1, TwoByTwo, Networks.Classifier(2, reasons, null, 0));

        Assert.Equal(rejected, result.Segments.Count == 0);
    }

    [Fact]
    public void Panoptic_without_candidates_is_all_void()
    {
        using var result = Run(
            new PostprocessOptions { Mode = SegmentationMode.Panoptic }, [5, 5, 5, 5], Networks.Logs(0.1f, 0.9f), 1, TwoByTwo, Networks.Classifier(1));

        Assert.All(result.Labels.ToArray(), v => Assert.Equal(Void, v));
    }

    [Fact]
    public void Instances_overlap_and_the_best_is_on_top()
    {
        float[] masks = [5, 5, -5, -5, /**/ -5, 5, -5, 5];
        var classes = Networks.Logs(0.6f, 0.2f, 0.2f, /**/ 0.9f, 0.05f, 0.05f);

        using var result = Run(
            new PostprocessOptions { Mode = SegmentationMode.Instance }, masks, classes, 2, TwoByTwo, Networks.Classifier(2, 1, null, 0));

        Assert.Equal(2, result.Segments.Count);
        Assert.Equal(0.9f * 0.99331f, result.Segments[0].Score, 3);
        Assert.Equal([1, 0, Void, 0], result.Labels.ToArray().Select(v => (int)v));
        Assert.True(result.InstanceMasks[1][1, 0]);
        Assert.Equal(2, result.Segments[1].Area);
    }

    [Theory]
    [InlineData(SegmentationMode.Semantic)]
    [InlineData(SegmentationMode.Panoptic)]
    [InlineData(SegmentationMode.Instance)]
    public void From_frame_to_frame_nothing_is_allocated(SegmentationMode mode)
    {
        const int Queries = 12;
        var geometry = ImageGeometry.FitInside(123, 67, 128, 96);
        var random = new Random(5);
        var masks = Enumerable.Range(0, Queries * geometry.MaskWidth * geometry.MaskHeight).Select(_ => (float)(random.NextDouble() * 10) - 5).ToArray();
        var classes = Enumerable.Range(0, Queries).SelectMany(q => Networks.Logs(q % 2 == 0 ? 0.8f : 0.1f, q % 2 == 0 ? 0.1f : 0.8f, 0.1f)).ToArray();
        var classifier = Networks.Classifier(2, 1, null, 0);
        using var postprocessor = new Postprocessor(new PostprocessOptions { Mode = mode, Threads = 1 });
        var pool = new SegmentationResultPool();
        void Frame()
        {
            using SegmentationResult result = pool.Rent(), copy = pool.Rent();
            postprocessor.Run(new NetworkOutput(masks, classes, Queries, geometry, classifier), result);
            copy.CopyFrom(result);
        }

        Frame();
        Frame();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++)
        {
            Frame();
        }

        // The delegate of Frame apart, which is made once.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100);
    }

    [Fact]
    public void Masks_of_a_result_are_its_own_and_copies_stay()
    {
        var pool = new SegmentationResultPool();
        using var copy = pool.Rent();
        BinaryMask kept, lent;
        using (var result = pool.Rent())
        {
            result.Resize(5, 3);
            lent = result.NewInstanceMask();
            lent.Bytes[1] = 0b101;
            result.InstanceMasks.Add(lent);
            copy.CopyFrom(result);
            kept = lent.Copy();
        }

        using var next = pool.Rent();
        next.Resize(5, 3);
        Assert.Same(lent, next.NewInstanceMask());
        Assert.Equal(0, lent.Area());
        foreach (var mask in new[] { kept, copy.InstanceMasks[0] })
        {
            Assert.Equal(2, mask.Area());
            Assert.True(mask[3, 1] && mask[0, 2]);
            var labels = new ushort[15];
            mask.Paint(labels, 7, 1, 2);
            Assert.Equal([8], labels.Select((value, i) => (value, i)).Where(p => p.value == 7).Select(p => p.i));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(133)]
    public void Vector_loops_agree_with_plain_ones(int length)
    {
        var random = new Random(length);
        var values = Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() * 4) - 2).ToArray();
        var labels = new ushort[length];
        Assert.Equal(values.Count(v => v >= 0.5f), VectorMath.Label(values, 0.5f, 3, 9, labels));
        Assert.Equal(values.Select(v => (ushort)(v >= 0.5f ? 3 : 9)), labels);

        var bits = new byte[(length + 5 + 7) / 8];
        var sum = 1.0;
        Assert.Equal(values.Count(v => v > 0), VectorMath.PositiveBits(values, bits, 5, ref sum, out var first, out var end));
        Assert.Equal(values.Select(v => v > 0), Enumerable.Range(5, length).Select(i => (bits[i / 8] >> (i % 8) & 1) != 0));
        Assert.Equal(1 + values.Where(v => v > 0).Sum(v => 1 / (1 + Math.Exp(-v))), sum, 1e-4);
        if (values.Any(v => v > 0))
        {
            Assert.Equal((Array.FindIndex(values, v => v > 0), Array.FindLastIndex(values, v => v > 0) + 1), (first, end));
        }

        var scaled = values.ToArray();
        Assert.Equal(values.Count(v => v >= -0.25f), VectorMath.CountAndScale(scaled, -0.25f, 0.75f));
        Assert.Equal(values.Select(v => v * 0.75f), scaled);
    }

    [Fact]
    public void Frame_resolution_interpolates_as_half_pixel_bilinear_does()
    {
        // One query, logits -1 and +1 side by side, seen at 8 pixels: the change of sign is in the middle.
        var geometry = new ImageGeometry(8, 4, 8, 4, 8, 4);
        var classes = Networks.Logs(1f, 0f);
        using var result = Run(
            new PostprocessOptions { Resolution = OutputResolution.Frame, MinScore = 0.5f }, [-1, 1], classes, 1, geometry, Networks.Classifier(1));

        Assert.Equal([Void, Void, Void, Void, 0, 0, 0, 0], result.Labels[..8].ToArray().Select(v => (int)v));
    }

    [Fact]
    public void Contradicting_shapes_are_refused()
    {
        using var postprocessor = new Postprocessor(new PostprocessOptions());
        using var result = new SegmentationResultPool().Rent();
        var error = Assert.Throws<ArgumentException>(() =>
            postprocessor.Run(new NetworkOutput(new float[3], new float[2], 1, TwoByTwo, Networks.Classifier(1)), result));
        Assert.Contains("2x2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SegmentationMode.Semantic, OutputResolution.Stride4)]
    [InlineData(SegmentationMode.Semantic, OutputResolution.Frame)]
    [InlineData(SegmentationMode.Panoptic, OutputResolution.Frame)]
    [InlineData(SegmentationMode.Instance, OutputResolution.Frame)]
    public void Odd_sizes_give_the_same_result_on_one_thread_and_on_three(SegmentationMode mode, OutputResolution resolution)
    {
        var geometry = ImageGeometry.FitInside(203, 117, 96, 64);
        var random = new Random(5);
        var classifier = Networks.Classifier(7, 1, null, 0, 2, 4);
        var masks = Enumerable.Range(0, 9 * geometry.MaskWidth * geometry.MaskHeight).Select(_ => (float)((random.NextDouble() * 12) - 6)).ToArray();
        var classes = Networks.Logs(Enumerable.Range(0, 9 * 8).Select(_ => (float)random.NextDouble()).ToArray());
        var options = new PostprocessOptions { Mode = mode, Resolution = resolution, Threads = 1, InstanceMinScore = 0.05f, OverlapThreshold = 0.1f };

        using var one = Run(options, masks, classes, 9, geometry, classifier);
        using var three = Run(options with { Threads = 3 }, masks, classes, 9, geometry, classifier);

        Assert.Equal(resolution == OutputResolution.Frame ? 203 : 24, one.Width);
        Assert.NotEmpty(one.Segments);
        Assert.Equal(one.Labels.ToArray(), three.Labels.ToArray());
        Assert.Equal(one.Segments.Select(s => (s.ClassIndex, s.Area, s.Box)), three.Segments.Select(s => (s.ClassIndex, s.Area, s.Box)));
    }

    private static SegmentationResult Run(
        PostprocessOptions options, float[] masks, float[] classes, int queries, ImageGeometry geometry, Realtime.Text.TextClassifier classifier)
    {
        using var postprocessor = new Postprocessor(options);
        var result = new SegmentationResultPool().Rent();
        postprocessor.Run(new NetworkOutput(masks, classes, queries, geometry, classifier), result);
        return result;
    }
}
