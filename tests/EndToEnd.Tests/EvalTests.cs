using System.Diagnostics;
using System.Text.Json;

namespace OpenSegR.Realtime.Tests.EndToEnd;

/// <summary><c>segr eval</c> and <c>segr synth</c> on the embedded model, as a user runs them.</summary>
public sealed class EvalTests
{
    private const string Scenes = "synthetic:5:4:160x96";

    [Fact]
    public void A_run_scores_everything_and_its_predictions_score_the_same_again()
    {
        using var scratch = new Scratch();
        var outcome = Segr.Run(
            "eval", "--dataset", Scenes, "--protocol", "reason", "--json", scratch["a.json"], "--report", scratch["a.html"], "--out", scratch["kept"]).MustSucceed();
        Assert.Contains("mIoU", outcome.Output, StringComparison.Ordinal);
        using var scores = Read(scratch["a.json"]);
        Assert.Equal(4, scores.RootElement.GetProperty("frames").GetInt32());
        foreach (var key in new[] { "miou", "fwiou", "macc", "pacc", "pq", "sq", "rq", "flicker", "ap", "motion_iou" })
        {
            Assert.InRange(scores.RootElement.GetProperty(key).GetDouble(), 0, 1);
        }

        Assert.Equal(28, scores.RootElement.GetProperty("classes").GetArrayLength());
        Assert.True(scores.RootElement.GetProperty("miou").GetDouble() > 0.2, "reasoning is far above chance");

        // The page needs nothing from elsewhere.
        var page = File.ReadAllText(scratch["a.html"]);
        Assert.Equal(16, page.Split("src=\"data:image/jpeg;base64,").Length - 1);
        Assert.DoesNotContain("://", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);

        Segr.Run("eval", "--dataset", Scenes, "--protocol", "reason", "--predictions", scratch["kept"], "--json", scratch["b.json"]).MustSucceed();
        AssertSameScores(scratch["a.json"], scratch["b.json"]);
    }

    [Fact]
    public void Names_that_mean_nothing_need_reasoning()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch["names.txt"], "zorb +thing\nwug +thing\nblick +stuff\ndax +stuff\nfep +stuff\n");
        File.WriteAllText(scratch["reasons.json"], """
            { "zorb": { "class_des": ["red colour and a spherical shape"] }, "wug": { "class_des": ["a blue colour and six square faces"] },
              "blick": { "class_des": ["green blades", "a grassy texture"] }, "dax": { "class_des": ["rows of bricks"] }, "fep": { "class_des": ["dark asphalt"] } }
            """);
        double MeanIoU(params string[] more)
        {
            Segr.Run(["eval", "--dataset", "synthetic:90:5:160x96", "--vocab", scratch["names.txt"], "--mode", "semantic", "--json", scratch["s.json"], .. more]).MustSucceed();
            using var scores = Read(scratch["s.json"]);
            Assert.Equal("zorb", scores.RootElement.GetProperty("classes")[0].GetProperty("name").GetString());
            return scores.RootElement.GetProperty("miou").GetDouble();
        }

        var alone = MeanIoU("--classes", "red ball; blue cube; grass; brick wall; road");
        var described = MeanIoU("--reason", scratch["reasons.json"]);
        Assert.True(described > alone + 0.2, $"names alone {alone}, with reasoning {described}");
        Segr.AssertRefused("zorb", "eval", "--dataset", Scenes, "--vocab", scratch["names.txt"]);
    }

    [Fact]
    public void A_folder_of_reasoning_speaks_of_each_picture()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch["names.txt"], "zorb +thing\nblick +stuff\nfep +stuff\n");
        Directory.CreateDirectory(scratch["reasons"]);
        const string Right = """{ "zorb": { "class_des": ["red colour and a spherical shape"] }, "blick": { "class_des": ["green blades"] }, "fep": { "class_des": ["dark asphalt"] } }""";
        const string Wrong = """{ "zorb": { "class_des": ["dark asphalt"] }, "blick": { "class_des": ["red colour and a spherical shape"] }, "fep": { "class_des": ["green blades"] } }""";
        double MeanIoU(string text)
        {
            foreach (var seed in new[] { 90, 91, 92 })
            {
                File.WriteAllText(scratch[$"reasons/scene-{seed}.json"], text);
            }

            Segr.Run(
                "eval", "--dataset", "synthetic:90:3:160x96", "--vocab", scratch["names.txt"], "--classes", "red ball; grass; road", "--mode", "semantic",
                "--reason", scratch["reasons"], "--json", scratch["s.json"]).MustSucceed();
            using var scores = Read(scratch["s.json"]);
            return scores.RootElement.GetProperty("miou").GetDouble();
        }

        var (right, wrong) = (MeanIoU(Right), MeanIoU(Wrong));
        Assert.True(right > wrong + 0.2, $"{right} with the right descriptions, {wrong} with those of other classes");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_killed_run_goes_on_and_ends_with_the_same_scores(bool keep)
    {
        using var scratch = new Scratch();
        string[] arguments = ["eval", "--dataset", $"synthetic:{(keep ? 31 : 32)}:24:160x96", "--protocol", "seen"];
        string[] kept = keep ? ["--out", scratch["kept"]] : [];
        using (var process = Segr.Start(Segr.Program, null, [.. arguments, .. kept, "--json", scratch["killed.json"]]))
        {
            var drain = process.StandardError.ReadToEndAsync();
            WaitForPredictions(process, keep ? scratch.Folder : Path.Combine(Segr.Cache, "eval"), 5);
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        Assert.False(File.Exists(scratch["killed.json"]));
        var outcome = Segr.Run([.. arguments, .. kept, "--json", scratch["resumed.json"]]).MustSucceed();
        Assert.Contains("were predicted by an earlier run", outcome.Error, StringComparison.Ordinal);
        Segr.Run([.. arguments, "--out", scratch["fresh"], "--json", scratch["fresh.json"]]).MustSucceed();
        AssertSameScores(scratch["fresh.json"], scratch["resumed.json"]);
        using var scores = Read(scratch["resumed.json"]);
        Assert.Equal(24, scores.RootElement.GetProperty("frames").GetInt32());
        if (keep)
        {
            var ids = File.ReadLines(scratch["kept/predictions.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()).ToArray();
            Assert.Equal(ids.Length, ids.Distinct().Count());
        }
    }

    [Fact]
    public void An_exported_dataset_is_scored_and_its_faults_are_named()
    {
        using var scratch = new Scratch();
        Segr.Run("synth", "--out", scratch["data"], "--count", "4", "--seed", "8", "--size", "160x96").MustSucceed();
        File.Delete(scratch["data/panoptic/000001.png"]);
        File.WriteAllText(scratch["data/images/000002.png"], "no picture");
        var outcome = Segr.Run("eval", "--dataset", $"synth:{scratch["data"]}", "--json", scratch["s.json"]).MustSucceed();
        Assert.Contains("2 of 4 pictures were not scored", outcome.Error, StringComparison.Ordinal);
        using var scores = Read(scratch["s.json"]);
        Assert.Equal(2, scores.RootElement.GetProperty("frames").GetInt32());
        Assert.Equal(["000001.png", "000002.png"], scores.RootElement.GetProperty("skipped").EnumerateArray().Select(s => s.GetProperty("id").GetString()));

        File.Delete(scratch["data/panoptic/000000.png"]);
        File.Delete(scratch["data/panoptic/000003.png"]);
        Segr.AssertRefused("none of the 4 pictures", "eval", "--dataset", $"synth:{scratch["data"]}", "--json", scratch["none.json"]);
        Assert.False(File.Exists(scratch["none.json"]));
    }

    [Fact]
    public void Bad_options_are_named()
    {
        using var scratch = new Scratch();
        Segr.AssertRefused("--dataset", "eval");
        Segr.AssertRefused("LAYOUT", "eval", "--dataset", "imagenet:/tmp");
        Segr.AssertRefused("protocol", "eval", "--dataset", Scenes, "--protocol", "hard");
        Segr.AssertRefused("nowhere/x.json", "eval", "--dataset", Scenes, "--json", scratch["nowhere/x.json"]);
        Segr.AssertRefused("is a folder", "eval", "--dataset", Scenes, "--report", scratch.Folder);
        Segr.AssertRefused("--object-threshold", "eval", "--dataset", Scenes, "--object-threshold", "2");
        Segr.AssertRefused("no folder of predictions", "eval", "--dataset", Scenes, "--predictions", scratch["nowhere"]);
        File.WriteAllText(scratch["mine.txt"], "x");
        Segr.AssertRefused("other files", "eval", "--dataset", Scenes, "--out", scratch.Folder);
    }

    [Theory]
    [InlineData("Seen", false)]
    [InlineData("HeldOut", true)]
    public void Exports_keep_to_the_compositions_asked_for(string compositions, bool heldOut)
    {
        using var scratch = new Scratch();
        Segr.Run("synth", "--out", scratch["data"], "--count", "5", "--seed", "3", "--size", "96x64", "--compositions", compositions).MustSucceed();
        using var attributes = Read(scratch["data/attributes.json"]);
        var things = attributes.RootElement.EnumerateObject().SelectMany(p => p.Value.EnumerateArray()).Where(s => s.TryGetProperty("shape", out _)).ToArray();
        Assert.NotEmpty(things);
        Assert.All(things, thing => Assert.Equal(heldOut, thing.GetProperty("heldOut").GetBoolean()));
    }

    [Fact]
    public void An_export_over_other_files_or_of_impossible_size_is_refused()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch["mine.txt"], "x");
        Segr.AssertRefused("not empty", "synth", "--out", scratch.Folder, "--count", "1");
        Segr.AssertRefused("--count", "synth", "--out", scratch["d"], "--count", "0");
        Segr.AssertRefused("--size", "synth", "--out", scratch["d"], "--size", "big");
        Segr.AssertRefused("32 to 4096", "synth", "--out", scratch["d"], "--size", "8x8", "--count", "1");
        Segr.AssertRefused("--compositions", "synth", "--out", scratch["d"], "--compositions", "Odd");
        Assert.Equal(["mine.txt"], Directory.GetFileSystemEntries(scratch.Folder).Select(Path.GetFileName));
    }

    private static JsonDocument Read(string path) => JsonDocument.Parse(File.ReadAllText(path));

    private static void AssertSameScores(string expected, string actual)
    {
        using var a = Read(expected);
        using var b = Read(actual);
        foreach (var property in a.RootElement.EnumerateObject().Where(p => p.Name != "predictor"))
        {
            Assert.Equal(property.Value.GetRawText(), b.RootElement.GetProperty(property.Name).GetRawText());
        }
    }

    /// <summary>Waits until some pictures are predicted, and the run is not over.</summary>
    private static void WaitForPredictions(Process process, string folder, int count)
    {
        var deadline = Stopwatch.StartNew();
        while (!Directory.Exists(folder) || Directory.EnumerateFiles(folder, "predictions.jsonl", SearchOption.AllDirectories).Sum(Lines) < count)
        {
            Assert.False(process.HasExited, "the program ended by itself");
            Assert.True(deadline.Elapsed < TimeSpan.FromMinutes(2), "no prediction appeared");
            Thread.Sleep(10);
        }
    }

    // The running program holds the file for itself alone, but for readers that mind nothing.
    private static int Lines(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Count(c => c == '\n');
    }
}
