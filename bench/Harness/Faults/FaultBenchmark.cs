using System.Diagnostics;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Capture.Synthetic;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Bench;

/// <summary>
/// What a user's machine does to a program, done to it: killed while it writes and while it caches, interrupted at random moments, a full disk,
/// a source that dies, no OpenGL, a stage that throws. It must not hang, not leave a file under its final name that does not play, not
/// spoil its cache, and say what happened.
/// </summary>
/// <param name="Program">The <c>segr</c> program.</param>
/// <param name="Interruptions">How often to interrupt it at a random moment.</param>
/// <param name="Seed">Chooses the moments, commands and signals.</param>
public sealed record FaultBenchmark(string Program, int Interruptions, int Seed)
{
    private const int SigKill = 9;
    private const int SigTerm = 15;
    // A job in the background of a script ignores Ctrl-C, one under nohup SIGHUP, and so does what it starts.
    private static readonly (string Name, int Number)[] Signals =
        [.. new[] { ("Ctrl-C", 2), ("SIGTERM", SigTerm), ("SIGHUP", 1) }.Where(signal => !FaultProcess.IsIgnored(signal.Item2))];
    private static readonly string[] Words = ["--vocab", "ball; cube; grass+stuff; sky+stuff", "--ep", "cpu"];
    private static readonly string[] Endless = ["video", "synthetic:3:320x180:100000", .. Words];

    /// <summary>Runs all trials in a temporary folder, which is deleted in the end.</summary>
    /// <param name="progress">Told each trial when it is over; may be null.</param>
    /// <param name="cancellationToken">Ends the run after the trial that runs.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public FaultReport Run(Action<FaultTrial>? progress, CancellationToken cancellationToken)
    {
        var trials = new List<FaultTrial>();
        var root = Directory.CreateTempSubdirectory("segr-faults-").FullName;
        try
        {
            Try("killed while writing", KilledWhileWriting);
            Try("killed while caching", KilledWhileCaching);
            Try("disk full", DiskFull);
            Try("source dies and comes back", SourceDies);
            Try("no OpenGL", NoOpenGl);
            Try("a stage throws", folder => FaultyStage.Run(Path.Combine(folder, "out.mp4")));
            var random = new Random(Seed);
            for (var i = 0; i < Interruptions; i++)
            {
                // Mostly early, where most is being set up.
                var moment = TimeSpan.FromSeconds(Math.Pow(random.NextDouble(), 2) * 6);
                var (name, signal) = Signals[random.Next(Signals.Length)];
                var command = i % Commands("").Length;
                Try($"{name} after {moment.TotalSeconds:F2} s of {Commands("")[command][0]}", folder => Interrupted(folder, command, moment, signal));
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }

        return new FaultReport(trials);

        void Try(string fault, Func<string, string> trial)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var folder = Directory.CreateDirectory(Path.Combine(root, $"{trials.Count}")).FullName;
            var started = Stopwatch.GetTimestamp();
            var (outcome, failure) = ("", (string?)null);
            try
            {
                outcome = trial(folder);
            }
            catch (SegrException e)
            {
                failure = e.Message;
            }

            trials.Add(new FaultTrial(fault, outcome, failure, Stopwatch.GetElapsedTime(started).TotalSeconds));
            progress?.Invoke(trials[^1]);
        }
    }

    private string KilledWhileWriting(string folder)
    {
        var output = Path.Combine(folder, "out.mp4");
        using (var process = Start(folder, [.. Endless, "--out", output]))
        {
            process.WaitUntil("anything was written", () => SizeOf(folder, "out*") > 100_000);
            process.Send(SigKill);
            process.End();
        }

        Require(!File.Exists(output), "a killed run left a file under its final name");
        var partial = Path.Combine(folder, "out.partial.mp4");
        var frames = VideoFrames.WaitFor(partial);
        using var again = Start(folder, ["video", "synthetic:3:320x180:6", .. Words, "--out", output]);
        RequireExit(again, 0);
        Require(VideoFrames.Count(output) == 6, "the next run is not whole");
        return $"{frames} frames play, the next run is whole";
    }

    private string KilledWhileCaching(string folder)
    {
        var file = Path.Combine(folder, "text.safetensors");
        string[] embed = ["embed", "--vocab", string.Join(';', Enumerable.Range(0, 60).Select(i => $"thing number {i}")), "--ep", "cpu", "--out", file];
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            using var process = Start(folder, embed);
            Thread.Sleep(350 * attempt);
            process.Send(SigKill);
            process.End();
        }

        float[] Embeddings(params string[] more)
        {
            using var process = Start(folder, [.. embed, .. more]);
            RequireExit(process, 0);
            return [.. TextClassifierFile.Read(file, null).Embeddings];
        }

        var (cached, fresh) = (Embeddings(), Embeddings("--no-cache"));
        // Sentences that are embedded in other company differ in the last bits.
        Require(cached.Length == fresh.Length && cached.Zip(fresh).All(pair => Math.Abs(pair.First - pair.Second) < 1e-4), "the cache has other embeddings than a fresh run");
        return "the cache is sound";
    }

    private string DiskFull(string folder)
    {
        using var disk = SmallDisk.TryMount(Path.Combine(folder, "disk"), megabytes: 1);
        if (disk is null)
        {
            return "not tried: mounting a small disk needs root";
        }

        using var process = Start(folder, [.. Endless, "--out", Path.Combine(disk.Folder, "out.mp4")]);
        RequireExit(process, 2);
        Require(process.Said.Contains("No space left", StringComparison.Ordinal), $"it did not say that the disk is full: {process.LastWords}");
        var frames = VideoFrames.Count(Path.Combine(disk.Folder, "out.partial.mp4"));
        Require(frames > 0, "what was written does not play");
        return $"said, {frames} frames play";
    }

    private string SourceDies(string folder)
    {
        var (clip, output, stats) = (Path.Combine(folder, "in.mp4"), Path.Combine(folder, "out.mp4"), Path.Combine(folder, "stats.json"));
        using (var make = Start(folder, ["video", "synthetic:3:160x96:40", .. Words, "--out", clip]))
        {
            RequireExit(make, 0);
        }

        using var stream = new LoopbackStream(clip);
        stream.Serve();
        using var live = Start(folder, ["live", stream.Address, .. Words, "--no-window", "--record", output, "--stats", stats]);
        live.WaitUntil("anything was recorded", () => SizeOf(folder, "out*") > 5_000);
        stream.Kill();
        live.WaitUntil("that the source is lost was said", () => live.Said.Contains("is lost; attempt 1", StringComparison.Ordinal));
        var before = SizeOf(folder, "out*");
        stream.Serve();
        live.WaitUntil("the recording went on", () => SizeOf(folder, "out*") > before + 5_000);
        live.Send(SigTerm);
        RequireExit(live, 130);
        using var report = System.Text.Json.JsonDocument.Parse(File.ReadAllText(stats));
        var shown = report.RootElement.GetProperty("frames_out").GetInt64();
        Require(VideoFrames.Count(output) == shown, $"the recording has {VideoFrames.Count(output)} frames of {shown}");
        return $"found again, all {shown} frames recorded";
    }

    private string NoOpenGl(string folder)
    {
        // A folder without drivers: what libglvnd then has to offer is nothing.
        var blind = ("__EGL_VENDOR_LIBRARY_DIRS", folder);
        var output = Path.Combine(folder, "out.mp4");
        string[] clip = ["video", "synthetic:3:160x96:4", .. Words, "--out", output, "--renderer"];
        using var forced = new FaultProcess(Program, folder, [.. clip, "gl"], blind);
        RequireExit(forced, 2);
        Require(forced.LastWords.Contains("no OpenGL", StringComparison.Ordinal), $"it did not say that there is no OpenGL: {forced.LastWords}");
        using var free = new FaultProcess(Program, folder, [.. clip, "auto"], blind);
        RequireExit(free, 0);
        Require(VideoFrames.Count(output) == 4, "without OpenGL the video is not whole");
        return "said where it was asked for, drawn on the CPU otherwise";
    }

    private string Interrupted(string folder, int command, TimeSpan moment, int signal)
    {
        WritePicture(Picture(folder));
        using var process = Start(folder, Commands(folder)[command]);
        var deadline = Stopwatch.StartNew();
        while (!process.HasEnded && deadline.Elapsed < moment)
        {
            Thread.Sleep(5);
        }

        process.Send(signal);
        var sent = Stopwatch.GetTimestamp();
        var exit = process.End();
        var took = Stopwatch.GetElapsedTime(sent).TotalSeconds;
        // Too late to matter; in order; or before the program had begun to listen.
        Require(exit == 0 || exit == 130 || exit == 128 + signal, $"exit code {exit}: {process.LastWords}");
        foreach (var video in Directory.EnumerateFiles(folder, "*.mp4", SearchOption.AllDirectories))
        {
            Require(VideoFrames.Count(video) > 0, $"{Path.GetFileName(video)} does not play");
        }

        using var after = Start(folder, ["embed", .. Words, "--out", Path.Combine(folder, "after.safetensors")]);
        RequireExit(after, 0);
        return $"exit code {exit} after {took:F1} s, everything there is whole";
    }

    private static string[][] Commands(string folder)
    {
        var (video, text, bench) = (Path.Combine(folder, "out.mp4"), Path.Combine(folder, "text.safetensors"), Path.Combine(folder, "bench"));
        var words = string.Join(';', Enumerable.Range(0, 60).Select(i => $"thing number {i}"));
        return
        [
            [.. Endless, "--out", video],
            ["live", "synthetic:3:320x180:50", .. Words, "--no-window", "--record", video],
            ["demo", "--out", folder],
            ["embed", "--vocab", words, "--ep", "cpu", "--out", text],
            ["image", Picture(folder), .. Words, "--out", Path.Combine(folder, "out.png")],
            ["export", "--vocab", "ball; sky", "--onnx", Path.Combine(folder, "net.onnx")],
            ["bench", "--size", "96x64", "--input", "synthetic:1:96x64:50", "--frames", "100", "--peers", "none", "--vocab", "ball", "--out", bench],
        ];
    }

    private static string Picture(string folder) => Path.Combine(folder, "in.png");

    private static void WritePicture(string path)
    {
        using var scene = new SyntheticSource(3, 320, 180, 1);
        scene.Read(FramePool.Shared, out var frame, CancellationToken.None);
        using (frame)
        {
            PictureFile.Write(frame!, path);
        }
    }

    private FaultProcess Start(string folder, string[] arguments) => new(Program, folder, arguments);

    private static long SizeOf(string folder, string pattern) => Directory.EnumerateFiles(folder, pattern).Sum(file => new FileInfo(file).Length);

    private static void RequireExit(FaultProcess process, int code)
    {
        var exit = process.End();
        Require(exit == code, $"exit code {exit} instead of {code}: {process.LastWords}");
    }

    private static void Require(bool isSo, string otherwise)
    {
        if (!isSo)
        {
            throw new SegrException(otherwise);
        }
    }
}
