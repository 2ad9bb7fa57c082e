namespace OpenSegR.Realtime.Models;

/// <summary>A model that a <see cref="ModelStore"/> found.</summary>
/// <param name="Name">Name to give to --model.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Manifest">Its manifest, or null where it cannot be used.</param>
/// <param name="Problem">Why it cannot be used, or null.</param>
public sealed record ModelListing(string Name, string Folder, ModelManifest? Manifest, string? Problem);
