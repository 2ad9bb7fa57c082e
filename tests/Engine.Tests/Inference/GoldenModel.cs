using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Models;

namespace OpenSegR.Realtime.Tests.Inference;

/// <summary>The two reference models, imported from their checkpoints into scratch folders, once a test run.</summary>
internal static class GoldenModel
{
    public const string Linear = "tiny-linear";
    public const string Panoptic = "tiny-mlp-pano";

    private static readonly Lock Guard = new();
    private static readonly Dictionary<string, ModelFolder> Open = [];

    /// <summary>The model's folder; it stays open until the tests end.</summary>
    public static ModelFolder Get(string name)
    {
        var checkpoint = Golden.Locate("maftplus", name, "checkpoint.pth");
        lock (Guard)
        {
            if (!Open.TryGetValue(name, out var folder))
            {
                var path = Directory.CreateTempSubdirectory($"segr-golden-{name}-").FullName;
                AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(path, recursive: true);
                ModelImporter.Import(checkpoint, path, new ImportOptions { Panoptic = name == Panoptic, Overwrite = true });
                Open[name] = folder = ModelFolder.Open(path);
            }

            return folder;
        }
    }
}
