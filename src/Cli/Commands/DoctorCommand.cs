using System.CommandLine;
using System.Runtime.InteropServices;
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Inference;
using OpenSegR.Realtime.Models;
using OpenSegR.Realtime.Render;

namespace OpenSegR.Realtime.Cli.Commands;

/// <summary><c>segr doctor</c>: what works on this machine, and what does not and why.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Print what works on this machine, and what does not and why");
        command.SetAction((_, _) =>
        {
            Line("segr", typeof(DoctorCommand).Assembly.GetName().Version!.ToString(3));
            Line(".NET", $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors");
            Line("ONNX Runtime", OrtEnvironment.Version);
            Line("  on the CPU", CustomOperatorLibrary.Problem is { } missing ? $"works, slower without its own operators: {missing}" : "works, with its own operators");
            foreach (var (provider, name) in new[] { (ExecutionProvider.Cuda, "with CUDA"), (ExecutionProvider.TensorRt, "with TensorRT") })
            {
                Line($"  {name}", SessionFactory.FindProblem(provider) is { } problem ? $"no: {problem}" : "works");
            }

            var render = RenderDiagnostics.Probe();
            PrintGpu(render);
            Line("OpenGL", render.IsAvailable
                ? $"{render.Renderer}, {render.Version} ({render.Platform}{(render.IsSoftware ? ", in software" : "")})"
                : $"no: {render.Problem}; masks are drawn on the CPU");
            PrintCapture(CaptureDiagnostics.Probe());
            Line("CLIP merges", Try(() => AppPaths.ClipMerges));
            Line("cache", AppPaths.CacheFolder);
            foreach (var model in new ModelStore().List())
            {
                Line("model", model.Problem is null ? $"{model.Name}" : $"{model.Name}: unusable: {model.Problem}");
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    // The GPU and all that it needs, each with its remedy: a provider's own message names one library at a time.
    private static void PrintGpu(RenderDiagnostics render)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var gpu = Try(() => GpuDescription.Read().ToString());
        Line("GPU", gpu);
        if (!gpu.StartsWith("no: ", StringComparison.Ordinal))
        {
            Line("  frames", GpuDescription.FindFrameProblem() is { } problem ? $"on the CPU: {problem}" : "are prepared and labelled on it");
            Line("  window", render.SharingProblem is { } lacking ? $"frames and masks are uploaded for it: {lacking}" : "draws frames and masks from its memory");
        }

        foreach (var requirement in GpuRequirement.All)
        {
            var missing = requirement.Missing();
            Line($"  {requirement.Name}", missing.Count == 0 ? "there" : $"missing {string.Join(", ", missing)}: {requirement.Remedy}");
        }
    }

    private static void PrintCapture(CaptureDiagnostics capture)
    {
        Line("OpenCV", capture.Problem is null ? capture.OpenCvVersion : $"no: {capture.Problem}");
        Line("ffmpeg", capture.Ffmpeg is null ? "no: install ffmpeg for H.264 and interruptible files" : $"{capture.Ffmpeg}, encodes with {capture.FfmpegEncoder}");
        Line("cameras", capture.Cameras.Count == 0 ? "none" : string.Join(", ", capture.Cameras.Select(c => $"{c.Path} {c.Name}{(c.Problem is null ? "" : $" ({c.Problem})")}")));
        Line("codecs", capture.Codecs.Count == 0 ? "none" : string.Join(", ", capture.Codecs.Select(c => c.Problem is null ? c.Name : $"{c.Name} (no: {c.Problem})")));
    }

    private static string Try(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (SegrException e)
        {
            return "no: " + e.Message;
        }
    }

    private static void Line(string what, string value) => Console.Out.WriteLine($"{what,-16} {value}");
}
