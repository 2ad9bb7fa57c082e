using System.Diagnostics;
using OpenSegR.Realtime.Models;

namespace OpenSegR.Realtime.Bench;

/// <summary>Finds and starts what the engine is compared with.</summary>
internal static class Peers
{
    private static readonly string[] Pythons = ["python3", "/usr/bin/python3"];

    /// <summary>A Python with numpy and torch, or null.</summary>
    public static string? FindPython(string? given) => (given is null ? Pythons : [given]).FirstOrDefault(HasTorch);

    /// <summary>The script that runs the reference, or null in an installed copy.</summary>
    public static string? Script =>
        AppPaths.RepositoryFolder is { } root && Path.Combine(root, "bench", "peers", "reference.py") is var path && File.Exists(path) ? path : null;

    /// <summary>The PyTorch reference with a model's weights.</summary>
    public static ContestantProcess StartPyTorch(string python, string script, string model, string inputs, int threads)
    {
        using var folder = new ModelStore().Open(model, null, null, CancellationToken.None);
        if (folder.Manifest.MaftPlus is not { } sizes)
        {
            throw new InputException($"the reference is there for MAFT+ models only, '{folder.Manifest.Name}' is of architecture '{folder.Manifest.Architecture}'");
        }

        var start = new ProcessStartInfo(python)
        {
            ArgumentList =
            {
                script, "--weights", folder.WeightsPath, "--inputs", inputs,
                "--threads", (threads > 0 ? threads : Environment.ProcessorCount).ToString(System.Globalization.CultureInfo.InvariantCulture),
            },
        };
        if (sizes.Panoptic)
        {
            start.ArgumentList.Add("--panoptic");
        }

        if (sizes.PoolsSmallMasks)
        {
            start.ArgumentList.Add("--small-masks");
        }

        return new ContestantProcess(start, null);
    }

    private static bool HasTorch(string python)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(python)
            {
                ArgumentList = { "-c", "import numpy, torch" },
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
