using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Inference.Gpu;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Tests.Pipeline;

namespace OpenSegR.Realtime.Tests.Inference.Gpu;

/// <summary>
/// Pictures drawn by OpenGL from the memory of a stand-in for a GPU, which puts what it is given into real textures, against pictures whose
/// frames and labels were uploaded.
/// </summary>
[Collection("stand-in GPU")]
public sealed class GpuSharingTests : IDisposable
{
    private static readonly OverlayStyle Plain = OverlayStyle.Default with { Legend = false };
    private static readonly OverlayStyle Highlighting = Plain with { HighlightClass = "class 0" };
    private readonly List<string> _notices = [];
    private readonly SegmentationResultPool _results = new();
    private readonly FramePool _frames = new();
    private readonly GpuSharing _sharing;
    private long _objects;

    public GpuSharingTests()
    {
        StandIn.Reset();
        _objects = StandIn.Get("objects");
        _sharing = new GpuSharing(_notices.Add);
    }

    public void Dispose()
    {
        _sharing.Dispose();
        Assert.Equal("", StandIn.Misuse);
        Assert.Equal((0, 0), (_results.InUse, _frames.InUse));
        Assert.Equal(_objects, StandIn.Get("objects"));
        StandIn.Reset();
    }

    [Theory]
    [InlineData(SegmentationMode.Semantic, OutputResolution.Stride4, PixelFormat.Bgr24)]
    [InlineData(SegmentationMode.Semantic, OutputResolution.Frame, PixelFormat.Rgb24)]
    [InlineData(SegmentationMode.Panoptic, OutputResolution.Stride4, PixelFormat.Bgr24)]
    [InlineData(SegmentationMode.Panoptic, OutputResolution.Frame, PixelFormat.Bgr24)]
    public void PicturesAreThoseOfAnUpload(SegmentationMode mode, OutputResolution resolution, PixelFormat order)
    {
        using var drawing = Compositor(_sharing);
        using var uploading = Compositor(null);
        using var golden = new GoldenCase(GoldenModel.Panoptic, 2);
        using var segmentor = Segmentor(golden, mode, resolution);
        Warm(segmentor, drawing);
        var maps = StandIn.Get("cuGraphicsMapResources");
        foreach (var (width, height, othersFirst) in new[] { (93, 71, 0), (93, 71, 1), (64, 64, 0), (130, 71, 1), (93, 71, 0) })
        {
            StandIn.Set("othersFirst", othersFirst);
            using var frame = Picture(width, height, width + othersFirst, order);
            using var masks = _results.Rent();
            segmentor.Segment(frame, masks);
            Assert.NotNull(frame.GpuCopy);
            Assert.NotNull(masks.GpuCopy);
            var expected = Draw(uploading, frame, masks);

            // What belongs to nothing has a colour where one class is highlighted.
            Assert.True(mode == SegmentationMode.Semantic || masks.Labels.Contains(SegmentationResult.Void));
            var highlighted = Draw(uploading, frame, masks, Highlighting);

            // What the host has of the frame is not looked at.
            frame.Pixels.Clear();
            Assert.Equal(expected, Draw(drawing, frame, masks));
            Assert.Equal(highlighted, Draw(drawing, frame, masks, Highlighting));
        }

        Assert.Equal(10, StandIn.Get("cuGraphicsMapResources") - maps);
        Assert.Equal(["the window draws frames and masks from the GPU's memory"], _notices);
    }

    [Fact]
    public void WhatTheGpuHasNotIsUploaded()
    {
        using var drawing = Compositor(_sharing);
        using var uploading = Compositor(null);
        using var golden = new GoldenCase(GoldenModel.Panoptic, 2);
        using var segmentor = Segmentor(golden);
        Warm(segmentor, drawing);
        using var first = Picture(93, 71, 1);
        using var second = Picture(93, 71, 2);
        using var third = Picture(93, 71, 3);
        using var masks = _results.Rent();
        segmentor.Segment(first, masks);

        // A newer frame that never went to the GPU, under masks that did.
        Assert.Null(second.GpuCopy);
        Assert.Equal(Draw(uploading, second, masks), Draw(drawing, second, masks));

        // A frame that is on the GPU, before its masks are there; then with masks that were changed on the host.
        using (var slot = segmentor.CreateSlot())
        {
            segmentor.Preprocess(third, slot);
            Assert.NotNull(third.GpuCopy);
            Assert.Equal(Draw(uploading, third, masks), Draw(drawing, third, masks));
            using var moved = _results.Rent();
            moved.CopyFrom(masks);
            moved.Labels.Reverse();
            Assert.Null(moved.GpuCopy);
            Assert.Equal(Draw(uploading, third, moved), Draw(drawing, third, moved));
            Assert.Equal(Draw(uploading, third, null), Draw(drawing, third, null));
            segmentor.Infer(slot);
            segmentor.Postprocess(slot, moved);
            Assert.NotNull(moved.GpuCopy);
            Assert.Equal(Draw(uploading, third, moved), Draw(drawing, third, moved));

            // Both are given another content.
            third.CopyFrom(second);
            moved.CopyFrom(masks);
            Assert.Null(third.GpuCopy);
            Assert.Null(moved.GpuCopy);
            Assert.Equal(Draw(uploading, third, moved), Draw(drawing, third, moved));
        }

        // Pixels and labels that somebody changed and said so.
        first.Pixels.Reverse();
        first.DropGpuCopy();
        masks.Labels.Reverse();
        masks.DropGpuCopy();
        Assert.Equal(Draw(uploading, first, masks), Draw(drawing, first, masks));
        Assert.Equal("", StandIn.Misuse);
    }

    [Fact]
    public void CopiesAreKeptWhileSomebodyHoldsThemAndNoLonger()
    {
        using var drawing = Compositor(_sharing);
        using var uploading = Compositor(null);
        using var golden = new GoldenCase(GoldenModel.Panoptic, 2);
        using var segmentor = Segmentor(golden);
        Warm(segmentor, drawing);
        var held = new List<(Frame Frame, SegmentationResult Masks, byte[] Expected)>();
        for (var i = 0; i < 20; i++)
        {
            using var frame = Picture(93, 71, i);
            using var masks = _results.Rent();
            segmentor.Segment(frame, masks);
            var expected = Draw(uploading, frame, masks);

            // As a window does: it has its own frame and masks, and what the GPU has is theirs as well.
            var (frameCopy, masksCopy) = (_frames.Rent(frame.Format), _results.Rent());
            frameCopy.CopyFrom(frame);
            masksCopy.CopyFrom(masks);
            Assert.Null(frameCopy.GpuCopy);
            frameCopy.ShareGpuCopy(frame);
            masksCopy.ShareGpuCopy(masks);
            Assert.Same(frame.GpuCopy, frameCopy.GpuCopy);
            held.Add((frameCopy, masksCopy, expected));
        }

        Assert.Equal(16, held.Count(h => h.Frame.GpuCopy is not null));
        Assert.Equal(16, held.Select(h => h.Masks.GpuCopy).Where(copy => copy is not null).Distinct().Count());
        foreach (var (frame, masks, expected) in held)
        {
            Assert.Equal(expected, Draw(drawing, frame, masks));
        }

        var allocated = StandIn.Get("allocated");
        held.ForEach(h =>
        {
            h.Frame.Dispose();
            h.Masks.Dispose();
        });
        using (var again = Picture(93, 71, 5))
        using (var masks = _results.Rent())
        {
            segmentor.Segment(again, masks);
            Assert.NotNull(again.GpuCopy);
            Assert.Equal(allocated, StandIn.Get("allocated"));
        }
    }

    [Theory]
    [InlineData(SyncMode.Exact)]
    [InlineData(SyncMode.Latest)]
    public void AWholePipelineDrawsTheSame(SyncMode sync)
    {
        using var golden = new GoldenCase(GoldenModel.Panoptic, 2);
        using var segmentor = Segmentor(golden);
        var sink = new ComparingSink(Compositor(_sharing), Compositor(null));
        using var pipeline = new SegmentationPipeline(
            new Pictures(), segmentor, sink, new PipelineOptions { FramesInFlight = 3, QueueCapacity = 2, Pace = false, Sync = sync });
        PipelineRun.Bounded(pipeline, TestContext.Current.CancellationToken);
        Assert.Equal(Pictures.Count, sink.Written);
        Assert.Equal((0, 0), (pipeline.Frames.InUse, pipeline.Results.InUse));
        Assert.Equal(["the window draws frames and masks from the GPU's memory"], _notices);
    }

    [Theory]
    [InlineData("cuGraphicsGLRegisterImage", 1)]
    [InlineData("cuGraphicsMapResources", 3)]
    [InlineData("cuGraphicsSubResourceGetMappedArray", 7)]
    [InlineData("cuMemcpy2DAsync", 4)]
    [InlineData("cuGraphicsUnmapResources", 2)]
    public void AFailureAtAFrameLosesNothing(string function, int after)
    {
        using var drawing = Compositor(_sharing);
        using var uploading = Compositor(null);
        using var golden = new GoldenCase(GoldenModel.Panoptic, 2);
        using var segmentor = Segmentor(golden);
        StandIn.Fail(function, 999, after);
        for (var i = 0; i < 7; i++)
        {
            using var frame = Picture(93, 71, i);
            using var masks = _results.Rent();
            segmentor.Segment(frame, masks);
            Assert.Equal(Draw(uploading, frame, masks), Draw(drawing, frame, masks));
            Assert.Equal(Draw(uploading, frame, null), Draw(drawing, frame, null));
        }

        var problem = _notices[^1];
        Assert.StartsWith("frames and masks are uploaded for the window: ", problem, StringComparison.Ordinal);
        Assert.Contains($"{function} failed with", problem, StringComparison.Ordinal);
        Assert.Equal(function != "cuGraphicsGLRegisterImage", problem.Contains("from frame ", StringComparison.Ordinal));
        Assert.Equal(function == "cuGraphicsGLRegisterImage" ? 1 : 2, _notices.Count);
        Assert.False(_sharing.IsWanted);

        // What was shared was given back at once.
        Assert.Equal(function == "cuGraphicsGLRegisterImage" ? 1 : 2, StandIn.Get("cuGraphicsUnregisterResource"));
        var maps = StandIn.Get("cuGraphicsMapResources");
        using (var later = Picture(93, 71, 9))
        using (var masks = _results.Rent())
        {
            segmentor.Segment(later, masks);
            Assert.Null(later.GpuCopy);
            Assert.Null(masks.GpuCopy);
            Assert.Equal(Draw(uploading, later, masks), Draw(drawing, later, masks));
        }

        Assert.Equal(maps, StandIn.Get("cuGraphicsMapResources"));
    }

    [Fact]
    public void AGpuThatIsLostLosesNoPicture()
    {
        using (var drawing = Compositor(_sharing))
        using (var uploading = Compositor(null))
        {
            using var golden = new GoldenCase(GoldenModel.Panoptic, 2);
            using var segmentor = Segmentor(golden);
            StandIn.Fail("kernel", 700, 21);
            for (var i = 0; i < 7; i++)
            {
                using var frame = Picture(93, 71, i);
                using var masks = _results.Rent();
                segmentor.Segment(frame, masks);
                Assert.Equal(Draw(uploading, frame, masks), Draw(drawing, frame, masks));
            }
        }

        // The frame that the GPU failed on had a copy there, the ones after it have none.
        Assert.Equal("the window draws frames and masks from the GPU's memory", _notices[0]);
        Assert.StartsWith("frames are prepared and labelled on the CPU from now on, because the GPU failed at frame ", _notices[1], StringComparison.Ordinal);
        Assert.StartsWith("frames and masks are uploaded for the window: from frame ", _notices[2], StringComparison.Ordinal);
        Assert.Equal(3, _notices.Count);
        _sharing.Dispose();
        StandIn.Reset();

        // A context that failed takes its memory along.
        _objects = StandIn.Get("objects");
    }

    [Theory]
    [InlineData(-1, "OpenGL is not drawn by an NVIDIA GPU")]
    [InlineData(1, "OpenGL is drawn by another GPU than Stand-in GPU")]
    public void OpenGlOfAnotherGpuIsSaidOnceAndFramesAreUploaded(int device, string problem)
    {
        StandIn.Set("glDevice", device);
        using var drawing = Compositor(_sharing);
        using var uploading = Compositor(null);
        using var golden = new GoldenCase(GoldenModel.Panoptic, 2);
        using var segmentor = Segmentor(golden);
        for (var i = 0; i < 3; i++)
        {
            using var frame = Picture(93, 71, i);
            using var masks = _results.Rent();
            segmentor.Segment(frame, masks);
            Assert.Equal(Draw(uploading, frame, masks), Draw(drawing, frame, masks));
        }

        Assert.Equal([$"frames and masks are uploaded for the window: {problem}"], _notices);
        Assert.Equal(problem, _sharing.Problem);
        Assert.Equal(0, StandIn.Get("cuGraphicsGLRegisterImage"));
    }

    [Fact]
    public void AGpuWithoutMemoryForCopiesStillDoesItsFrames()
    {
        using var drawing = Compositor(_sharing);
        using var uploading = Compositor(null);
        using var golden = new GoldenCase(GoldenModel.Panoptic, 2);
        using var segmentor = Segmentor(golden);
        using var slot = segmentor.CreateSlot();
        for (var i = 0; i < 3; i++)
        {
            using var frame = Picture(93, 71, i);
            using var masks = _results.Rent();
            segmentor.Preprocess(frame, slot);
            segmentor.Infer(slot);
            segmentor.Postprocess(slot, masks);
            Assert.Null(frame.GpuCopy);
            Assert.Equal(Draw(uploading, frame, masks), Draw(drawing, frame, masks));
            StandIn.Set("memory", StandIn.Get("allocated") + 1000);
        }

        Assert.StartsWith("frames and masks are uploaded for the window: cuMemAlloc failed with CUDA_ERROR_OUT_OF_MEMORY", Assert.Single(_notices), StringComparison.Ordinal);
    }

    [Fact]
    public void NothingIsCopiedForNobodyAndNothingIsToldWhereNoGpuWorks()
    {
        using var golden = new GoldenCase(GoldenModel.Panoptic, 2);
        using (var segmentor = Segmentor(golden))
        using (var frame = Picture(93, 71, 1))
        using (var masks = _results.Rent())
        {
            segmentor.Segment(frame, masks);
            Assert.Null(frame.GpuCopy);
            Assert.Null(masks.GpuCopy);
        }

        using var onCpu = new GpuSharing(_notices.Add);
        onCpu.Refuse("OpenGL is drawn by the processor");
        Assert.Empty(_notices);
        _sharing.Refuse("OpenGL is drawn by the processor");
        Assert.Equal(["frames and masks are uploaded for the window: OpenGL is drawn by the processor"], _notices);
    }

    private static GlCompositor Compositor(GpuSharing? sharing)
    {
        try
        {
            return new GlCompositor(new GlCompositorOptions { Latency = 0, CheckCalls = true, Sharing = sharing });
        }
        catch (SegrException e) when (e.Message.StartsWith("no OpenGL", StringComparison.Ordinal))
        {
            Assert.Skip(e.Message);
            throw;
        }
    }

    private static byte[] Draw(GlCompositor compositor, Frame frame, SegmentationResult? masks, OverlayStyle? style = null)
    {
        using var target = FramePool.Shared.Rent(frame.Format);
        Assert.True(compositor.Compose(frame, masks, style ?? Plain, null, target));
        return target.Pixels.ToArray();
    }

    // Copies are made from the first drawn picture on.
    private void Warm(Segmentor segmentor, GlCompositor compositor)
    {
        using var frame = Picture(50, 40, 0);
        using var masks = _results.Rent();
        segmentor.Segment(frame, masks);
        Assert.Null(frame.GpuCopy);
        Draw(compositor, frame, masks);
    }

    private Segmentor Segmentor(
        GoldenCase golden, SegmentationMode mode = SegmentationMode.Semantic, OutputResolution resolution = OutputResolution.Stride4)
    {
        var folder = GoldenModel.Get(GoldenModel.Panoptic);
        var sessions = new SessionFactory(new InferenceSettings { Provider = ExecutionProvider.Cpu, Threads = 2, GpuFramesOnCpu = true }, _notices.Add);
        var postprocess = new PostprocessOptions { Mode = mode, Resolution = resolution, ObjectMaskThreshold = 0.05f, OverlapThreshold = 0.3f };
        return new Segmentor(
            SegmentationNetwork.Open(folder, sessions), folder.Manifest, golden.Classifier,
            new SegmentorOptions { InputSize = (96, 64), Postprocess = postprocess, Sharing = _sharing });
    }

    private Frame Picture(int width, int height, int seed, PixelFormat order = PixelFormat.Bgr24)
    {
        var frame = _frames.Rent(new FrameFormat(width, height, order));
        Pictures.Paint(frame, seed);
        return frame;
    }

    /// <summary>Frames of waves that move, each different from the others, of two sizes.</summary>
    private sealed class Pictures : IFrameSource
    {
        public const int Count = 12;
        private int _next;

        public FrameSourceInfo Info { get; } = new("waves", new FrameFormat(84, 60), 30, Count, false);

        public static void Paint(Frame frame, int seed)
        {
            frame.Index = seed;
            for (var y = 0; y < frame.Height; y++)
            {
                var row = frame.Row(y);
                for (var x = 0; x < row.Length; x++)
                {
                    row[x] = (byte)(128 + (60 * Math.Sin((x / 3 * 0.11) + seed)) + (60 * Math.Cos((y * 0.17) - (seed * (1 + (x % 3))))));
                }
            }
        }

        public FrameRead Read(FramePool pool, out Frame? frame, CancellationToken cancellationToken)
        {
            frame = _next < Count ? pool.Rent(_next < Count / 2 ? Info.Format : new FrameFormat(71, 93)) : null;
            if (frame is null)
            {
                return FrameRead.EndOfStream;
            }

            Paint(frame, _next);
            frame.TimestampUs = _next++ * 33_333L;
            return FrameRead.Frame;
        }

        public void Dispose()
        {
        }
    }

    /// <summary>Draws everything twice and compares.</summary>
    private sealed class ComparingSink(GlCompositor drawing, GlCompositor uploading) : ISegmentationSink
    {
        public int Written { get; private set; }

        public void Open(FrameSourceInfo source)
        {
        }

        public void Write(Frame frame, SegmentationResult result)
        {
            Assert.Equal(Draw(uploading, frame, result), Draw(drawing, frame, result));
            Written++;
        }

        public void Complete()
        {
        }

        public void Dispose()
        {
            drawing.Dispose();
            uploading.Dispose();
        }
    }
}
