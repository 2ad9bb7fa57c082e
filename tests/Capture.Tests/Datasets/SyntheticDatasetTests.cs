using OpenSegR.Realtime.Capture.Datasets;
using OpenSegR.Realtime.Capture.Synthetic;
using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Tests.Capture;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Datasets;

public sealed class SyntheticDatasetTests
{
    private static readonly FramePool Pool = new();

    public static TheoryData<string> Protocols => [.. LabelledDatasets.Protocols.Keys];

    [Theory]
    [MemberData(nameof(Protocols))]
    public void A_protocol_is_the_same_each_time_and_another_for_another_seed(string protocol)
    {
        ILabelledDataset Open(int seed) => LabelledDatasets.Open($"synthetic:{seed}:2:96x64", new LabelledDatasetOptions { Protocol = protocol });
        static string[] Names(ILabelledDataset dataset) => [.. dataset.Vocabulary.Classes.Concat(dataset.Classes.Classes).Select(c => c.FullName)];
        var dataset = Open(3);
        Assert.Equal(Names(dataset), Names(Open(3)));
        Assert.Equal(protocol is "shapes" or "colours", Names(dataset).SequenceEqual(Names(Open(4))));
        Assert.Equal(dataset.Vocabulary.Count, dataset.Vocabulary.Classes.Select(c => c.Name).Distinct().Count());
        using var first = dataset.Read(0, Pool);
        using var again = Open(3).Read(0, Pool);
        Assert.Equal(first.Classes, again.Classes);
        Assert.Equal(first.Frame.Pixels.ToArray(), again.Frame.Pixels.ToArray());
        Assert.All(first.Segments, s => Assert.InRange(s.Category, 0, dataset.Vocabulary.Count - 1));
    }

    [Theory]
    [InlineData("seen", false)]
    [InlineData("unseen", true)]
    public void Scenes_show_things_of_the_list_alone_and_the_list_keeps_to_its_split(string protocol, bool heldOut)
    {
        var drawn = SyntheticProtocol.Draw(protocol, 11);
        var things = drawn.Classes.Classes.Where(c => c.IsThing).Select(c => SyntheticLexicon.Default.Parse(c.Name)).ToArray();
        Assert.Equal(SyntheticProtocol.CompositionCount, things.Distinct().Count());
        foreach (var thing in SyntheticClasses.EveryThing())
        {
            var isListed = things.Any(m => m.IsTrueOf(new SyntheticSegment(0, thing, null, 0, default)));
            Assert.True(!isListed || SyntheticSplits.IsHeldOut(thing) == heldOut, $"{thing}");
        }

        // A pixel without a class would be a thing that is not in the list.
        var dataset = LabelledDatasets.Open("synthetic:11:3:96x64", new LabelledDatasetOptions { Protocol = protocol });
        for (var i = 0; i < 3; i++)
        {
            using var picture = dataset.Read(i, Pool);
            Assert.DoesNotContain(LabelledPicture.Ignored, picture.Classes);
        }
    }

    [Fact]
    public void Uncommon_words_and_invented_names_are_none_that_training_shows()
    {
        var lexicon = SyntheticLexicon.Default;
        var shown = new[] { lexicon.Shapes, lexicon.Colours, lexicon.Stuff }.SelectMany(g => g).SelectMany(e => e.Words).ToHashSet();
        Assert.All(SyntheticProtocol.Draw("synonyms", 5).Words.Classes, c => Assert.DoesNotContain(c.Name, shown));
        Assert.All(SyntheticProtocol.Draw("names", 5).Words.Classes, c => Assert.Equal(0, lexicon.Parse(c.Name).Specificity));
    }

    [Fact]
    public void Reasoning_means_exactly_the_class_that_it_describes()
    {
        var protocol = SyntheticProtocol.Draw("reason", 5);
        var described = new SyntheticClasses(protocol.Words, protocol.Reasons);
        var meant = new SyntheticClasses(protocol.Classes, null);
        Assert.All(SyntheticClasses.EveryThing(), thing => Assert.Equal(
            meant.Of(new SyntheticSegment(0, thing, null, 0, default)), described.Of(new SyntheticSegment(0, thing, null, 0, default))));
        Assert.Equal([.. SyntheticProtocol.Draw("names", 5).Words.Classes.Select(c => c.Name)], protocol.Words.Classes.Select(c => c.Name));
    }

    [Fact]
    public void Reasoning_about_an_image_speaks_of_its_classes_and_of_three_others()
    {
        var dataset = LabelledDatasets.Open("synthetic:5:2:96x64", new LabelledDatasetOptions { Protocol = "image-reason" });
        using var picture = dataset.Read(0, Pool);
        var spoken = picture.Reasons!.Entries.Select(e => e.Key).ToHashSet();
        var present = picture.Segments.Select(s => dataset.Vocabulary.Classes[s.Category].Name).ToHashSet();
        Assert.Equal(ReasonKind.Image, picture.Reasons.Kind);
        Assert.Subset(spoken, present);
        Assert.Equal(present.Count + 3, spoken.Count);

        // The frames of a clip share their reasoning, in whatever order they are read.
        using var later = dataset.Read(5, Pool);
        using var earlier = dataset.Read(2, Pool);
        Assert.Equal(earlier.Reasons!.Entries.Select(e => e.Key), later.Reasons!.Entries.Select(e => e.Key));
    }

    [Fact]
    public void Pictures_are_those_of_the_exporter()
    {
        using var folder = new TempFolder();
        SynthExporter.Run(new SynthOptions { Out = folder["data"], Count = 2, Seed = 21, Width = 96, Height = 64 }, null, TestContext.Current.CancellationToken);
        var (drawn, onDisk) = (LabelledDatasets.Open("synthetic:21:2:96x64"), LabelledDatasets.Open($"synth:{folder["data"]}"));
        for (var i = 0; i < 2; i++)
        {
            using var a = drawn.Read(i, Pool);
            using var b = onDisk.Read(i, Pool);
            Assert.Equal(a.Frame.Pixels.ToArray(), b.Frame.Pixels.ToArray());
            Assert.Equal(a.Classes, b.Classes);
            Assert.Equal(a.SegmentIds!, b.SegmentIds!);
        }
    }

    [Fact]
    public void An_export_is_scored_in_any_classes_and_its_faults_are_named()
    {
        using var folder = new TempFolder();
        SynthExporter.Run(new SynthOptions { Out = folder["data"], Count = 3, Seed = 21, Width = 96, Height = 64 }, null, TestContext.Current.CancellationToken);
        var dataset = LabelledDatasets.Open(
            $"synth:{folder["data"]}", new LabelledDatasetOptions { Words = VocabularyParser.Parse("wug; dax+stuff"), Classes = VocabularyParser.Parse("ball, cube; grass") });
        using (var picture = dataset.Read(0, Pool))
        {
            Assert.All(picture.Classes, c => Assert.True(c is 0 or 1 or LabelledPicture.Ignored));
        }

        File.Delete(folder["data/panoptic/000001.png"]);
        LabelFiles.Ids(folder["data/panoptic/000002.png"], [.. Enumerable.Repeat(200, 96 * 64)], 96, 64);
        Assert.Contains("000001.png", Assert.Throws<InputException>(() => dataset.Read(1, Pool)).Message, StringComparison.Ordinal);
        Assert.Contains("segment 200", Assert.Throws<InputException>(() => dataset.Read(2, Pool)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Own_words_mean_what_they_or_their_classes_or_reasons_say()
    {
        var reasons = new ReasonSet(ReasonKind.Generic, [new("zorb", ["red stripes", "a spherical shape"]), new("wug", ["two curved horns", "a moon"])]);
        var classes = new SyntheticClasses(VocabularyParser.Parse("zorb; wug, dax; meadow+stuff"), reasons);
        ushort Of(ShapeKind shape, int colour, SurfaceKind surface) => classes.Of(new SyntheticSegment(0, new ThingAttributes(shape, colour, surface, SizeKind.Small), null, 0, default));
        Assert.Equal(0, Of(ShapeKind.Ball, 0, SurfaceKind.Striped));
        Assert.Equal(LabelledPicture.Ignored, Of(ShapeKind.Ball, 0, SurfaceKind.Plain));
        Assert.Equal(1, Of(ShapeKind.Moon, 5, SurfaceKind.Glass));
        Assert.Equal(2, classes.Of(new SyntheticSegment(0, null, StuffKind.Grass, 0, default)));
        Assert.True(classes.Includes(new ThingAttributes(ShapeKind.Moon, 1, SurfaceKind.Metal, SizeKind.Small)));
        Assert.False(classes.Includes(new ThingAttributes(ShapeKind.Cube, 1, SurfaceKind.Metal, SizeKind.Small)));
    }

    [Fact]
    public void Clips_come_from_cameras_that_stand_still_and_surroundings_do_not_move()
    {
        var dataset = LabelledDatasets.Open("synthetic:5:2:96x64");
        Assert.Equal(2 + (2 * SyntheticDataset.ClipLength), dataset.Ids.Count);
        for (var i = 2; i < dataset.Ids.Count; i++)
        {
            using var picture = dataset.Read(i, Pool);
            Assert.True(picture.IsConsistencyOnly);
            Assert.All(picture.Segments.Where(s => !dataset.Vocabulary.Classes[s.Category].IsThing), s => Assert.True(picture.Motions![s.Id].IsStill));
        }
    }

    [Fact]
    public void Movements_lead_to_where_things_were()
    {
        // Along the true movement most pixels of a thing show the same thing a frame before; without it fewer do.
        long along = 0, inPlace = 0, all = 0;
        for (var seed = 30; seed < 40; seed++)
        {
            var scene = new SyntheticScene(seed, 320, 180);
            var format = new FrameFormat(320, 180);
            var pixels = new byte[format.ByteCount];
            SyntheticFrame before = new(), now = new();
            scene.Draw(99, format, pixels, before);
            scene.Draw(100, format, pixels, now);
            foreach (var segment in now.Segments.Where(s => s.IsThing && s.Motion is { IsStill: false }))
            {
                var motion = segment.Motion!.Value;
                for (var i = 0; i < now.Labels.Length; i++)
                {
                    int x = (int)MathF.Floor((motion.Scale * (i % 320 + 0.5f)) + motion.X), y = (int)MathF.Floor((motion.Scale * (i / 320 + 0.5f)) + motion.Y);
                    if (now.Labels[i] == segment.Id && x is >= 0 and < 320 && y is >= 0 and < 180)
                    {
                        all++;
                        along += before.Labels[(y * 320) + x] == segment.Id ? 1 : 0;
                        inPlace += before.Labels[i] == segment.Id ? 1 : 0;
                    }
                }
            }
        }

        Assert.True(all > 20_000, $"{all} pixels");
        Assert.True(along > all * 0.985 && along > inPlace, $"along the movement {along}, in place {inPlace} of {all}");
    }
}
