using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Tests.Inference;

namespace OpenSegR.Realtime.Tests.Segmentation;

/// <summary>Several frames in one network at the same time.</summary>
public sealed class SideBySideTests
{
    [Fact]
    public async Task FramesSideBySideComeOutAsTheyDoOneByOne()
    {
        const int AtOnce = 3;
        using var golden = new GoldenCase(GoldenModel.Linear, 1);
        var folder = GoldenModel.Get(GoldenModel.Linear);
        var network = SegmentationNetwork.Open(folder, new SessionFactory(new InferenceSettings { Provider = ExecutionProvider.Cpu, Threads = AtOnce }));
        using var single = new Segmentor(network, folder.Manifest, golden.Classifier, new SegmentorOptions { InputSize = (96, 64) });
        using var several = new Segmentor(network, folder.Manifest, golden.Classifier, new SegmentorOptions { InputSize = (96, 64), FramesAtOnce = AtOnce });
        Assert.Equal((1, AtOnce), (single.FramesAtOnce, several.FramesAtOnce));

        float[] Masks(Segmentor segmentor, SegmentorSlot slot, int seed)
        {
            using var frame = FramePool.Shared.Rent(new FrameFormat(90, 60));
            new Random(seed).NextBytes(frame.Pixels);
            lock (golden)
            {
                segmentor.Preprocess(frame, slot);
            }

            segmentor.Infer(slot);
            return segmentor.OutputOf(slot).MaskLogits.ToArray();
        }

        var expected = new float[12][];
        using (var slot = single.CreateSlot())
        {
            for (var i = 0; i < expected.Length; i++)
            {
                expected[i] = Masks(single, slot, i);
            }
        }

        var threads = Enumerable.Range(0, AtOnce).Select(worker => Task.Factory.StartNew(
            () =>
            {
                using var slot = several.CreateSlot();
                for (var i = worker; i < expected.Length; i += AtOnce)
                {
                    Assert.True(Difference.Largest(expected[i], Masks(several, slot, i)) <= GoldenTolerance.Of("pred_masks"), $"frame {i}");
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default));
        await Task.WhenAll(threads);
    }

    [Fact]
    public void TheEngineChoosesByThreadsAndAskingForTooManyIsAnError()
    {
        using var golden = new GoldenCase(GoldenModel.Linear, 1);
        var folder = GoldenModel.Get(GoldenModel.Linear);
        int Chosen(int threads, int wanted)
        {
            var network = SegmentationNetwork.Open(folder, new SessionFactory(new InferenceSettings { Provider = ExecutionProvider.Cpu, Threads = threads }));
            using var segmentor = new Segmentor(network, folder.Manifest, golden.Classifier, new SegmentorOptions { FramesAtOnce = wanted });
            return segmentor.FramesAtOnce;
        }

        Assert.Equal([1, 2, 4, 4], new[] { 1, 2, 4, 16 }.Select(threads => Chosen(threads, 0)));
        Assert.Equal(7, Chosen(2, 7));
        Assert.Contains("1 to 32", Assert.Throws<InputException>(() => Chosen(2, 33)).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => Chosen(2, -1));
    }
}
