using System.IO.Compression;
using System.Text;

namespace OpenSegR.Realtime.Tests.EndToEnd;

/// <summary>What users get wrong, through the command line: one clear line, exit code 2, nothing left behind.</summary>
public sealed class BadInputTests
{
    private const string Source = "synthetic:1:64x64:2";

    [Theory]
    [InlineData("--size", "641x360", "multiples of 32")]
    [InlineData("--size", "big", "640x384")]
    [InlineData("--opacity", "7", "--opacity")]
    [InlineData("--vocab", "", "vocabulary")]
    [InlineData("--vocab", " ; ;", "vocabulary")]
    [InlineData("--mode", "everything", "everything")]
    [InlineData("--renderer", "opengl", "'gl'")]
    [InlineData("--no-such-option", "1", "--no-such-option")]
    [InlineData("--frames", "0", "--frames")]
    [InlineData("--model", "no-such-model", "no-such-model")]
    [InlineData("--reason", "/nowhere/reason.json", "reason.json")]
    [InlineData("--stats", "/nowhere/stats.json", "stats.json")]
    [InlineData("--annotations", "/nowhere/lines.jsonl", "lines.jsonl")]
    [InlineData("--top-classes", "0", "--top-classes")]
    [InlineData("--gpu-memory", "0", "--gpu-memory")]
    [InlineData("--engine-timeout", "0", "--engine-timeout")]
    public void Bad_options_are_named(string option, string value, string mustName)
    {
        using var scratch = new Scratch();
        string[] arguments = ["video", Source, option, value, "--out", scratch["out.mp4"]];
        if (option != "--vocab")
        {
            arguments = [.. arguments, "--vocab", "ball"];
        }

        Segr.AssertRefused(mustName, arguments);
        Assert.Empty(Directory.GetFileSystemEntries(scratch.Folder));
    }

    [Fact]
    public void Damaged_inputs_are_named_and_nothing_is_written()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch["text.mp4"], "this is no video");
        File.WriteAllText(scratch["text.pth"], "this is no checkpoint");
        File.WriteAllBytes(scratch["empty.pth"], []);
        File.WriteAllText(scratch["broken.json"], "{ \"ball\": [");
        var before = Directory.GetFiles(scratch.Folder).Order().ToArray();

        Segr.AssertRefused("text.mp4", "video", scratch["text.mp4"], "--vocab", "ball", "--out", scratch["out.mp4"]);
        Segr.AssertRefused("missing.mp4", "video", scratch["missing.mp4"], "--vocab", "ball", "--out", scratch["out.mp4"]);
        Segr.AssertRefused("text.pth", "import", scratch["text.pth"], "--out", scratch["model"]);
        Segr.AssertRefused("empty.pth", "import", scratch["empty.pth"], "--out", scratch["model"]);
        Segr.AssertRefused("text.pth", "video", Source, "--model", scratch["text.pth"], "--vocab", "ball", "--out", scratch["out.mp4"]);
        Segr.AssertRefused("broken.json", "video", Source, "--vocab", "ball", "--reason", scratch["broken.json"], "--out", scratch["out.mp4"]);
        Segr.AssertRefused("text.mp4", "image", scratch["text.mp4"], "--vocab", "ball", "--out", scratch["out.png"]);
        Segr.AssertRefused("nowhere", "video", Source, "--vocab", "ball", "--out", scratch["nowhere/out.mp4"]);

        Assert.Equal(before, Directory.GetFileSystemEntries(scratch.Folder).Order());
    }

    [Fact]
    public void A_model_folder_whose_weights_were_changed_is_refused()
    {
        using var scratch = new Scratch();
        var demo = Path.Combine(Golden.RepositoryRoot, "models", "demo");
        foreach (var file in Directory.GetFiles(demo))
        {
            File.Copy(file, scratch[Path.GetFileName(file)]);
        }

        using (var weights = new FileStream(scratch["weights.safetensors"], FileMode.Open))
        {
            weights.Position = weights.Length - 1;
            weights.WriteByte(0x5a);
            weights.Position = weights.Length - 2;
            weights.WriteByte(0x5a);
        }

        Segr.AssertRefused("weights.safetensors", "video", Source, "--model", scratch.Folder, "--vocab", "ball", "--out", scratch["out.mp4"]);
        Assert.False(File.Exists(scratch["out.mp4"]));
    }

    [Fact]
    public void Hostile_and_unusable_checkpoints_are_named_and_nothing_is_written()
    {
        using var scratch = new Scratch();
        // A pickle of protocol 2 that calls os.system("touch FILE").
        var call = Encoding.ASCII.GetBytes($"touch {scratch["ran"]}");
        File.WriteAllBytes(scratch["evil.pth"],
            [0x80, 2, .. "cposix\nsystem\n"u8, (byte)'X', .. BitConverter.GetBytes(call.Length), .. call, 0x85, (byte)'R', (byte)'.']);
        File.WriteAllBytes(scratch["absurd.safetensors"], Header("{\"a\":{\"dtype\":\"F32\",\"shape\":[1099511627776,1099511627776],\"data_offsets\":[0,4]}}"));
        using (var bomb = new ZipArchive(File.Create(scratch["bomb.pth"]), ZipArchiveMode.Create))
        using (var pickle = bomb.CreateEntry("archive/data.pkl").Open())
        {
            var block = new byte[1 << 20];
            Array.Fill(block, (byte)'(');
            for (var i = 0; i < 100; i++)
            {
                pickle.Write(block);
            }
        }

        var before = Directory.GetFiles(scratch.Folder).Order().ToArray();
        Segr.AssertRefused("system", "import", scratch["evil.pth"], "--out", scratch["model"]);
        Segr.AssertRefused("absurd.safetensors", "import", scratch["absurd.safetensors"], "--out", scratch["model"]);
        Segr.AssertRefused("bomb.pth", "import", scratch["bomb.pth"], "--out", scratch["model"]);
        Segr.AssertRefused("does not exist", "import", scratch["missing.pth"], "--out", scratch["model"]);
        Segr.AssertRefused("no camera", "live", "camera:99", "--vocab", "ball", "--no-window");
        Segr.AssertRefused("'swim'", "swim");
        Segr.AssertRefused("nowhere", "image", scratch["evil.pth"], "--vocab", "ball", "--dump", "/nowhere/out.safetensors");
        Assert.Equal(before, Directory.GetFileSystemEntries(scratch.Folder).Order());
    }

    [Fact]
    public void Drawing_by_opengl_where_there_is_none_is_refused_and_left_to_the_cpu_otherwise()
    {
        using var scratch = new Scratch();
        // Where EGL finds no vendor's library it gives no context; "env" sets that for the program alone.
        string[] hidden = ["__EGL_VENDOR_LIBRARY_FILENAMES=/nowhere.json", "DISPLAY=", "WAYLAND_DISPLAY=", $"SEGR_CACHE={scratch["cache"]}", Segr.Program];
        string[] video = ["video", Source, "--vocab", "ball", "--out", scratch["out.mp4"]];
        Assert.Equal(0, Segr.RunProgram("env", null, [.. hidden, .. video]).ExitCode);
        File.Delete(scratch["out.mp4"]);

        foreach (var (option, problem) in new[] { ("--renderer=gl", "no OpenGL"), ("--window", "no window") })
        {
            var outcome = Segr.RunProgram("env", null, [.. hidden, .. video, option]);
            Assert.Equal(2, outcome.ExitCode);
            Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
            Assert.False(File.Exists(scratch["out.mp4"]));
        }
    }

    private static byte[] Header(string json) =>
        [.. BitConverter.GetBytes((long)json.Length), .. Encoding.ASCII.GetBytes(json), 0, 0, 0, 0];

    [Fact]
    public void A_vocabulary_of_ten_thousand_classes_works_or_names_its_limit()
    {
        using var scratch = new Scratch();
        File.WriteAllLines(scratch["many.txt"], Enumerable.Range(0, 70_000).Select(i => $"thing number {i}"));
        Segr.AssertRefused("65535", "video", Source, "--vocab", scratch["many.txt"], "--out", scratch["out.mp4"]);
    }
}
