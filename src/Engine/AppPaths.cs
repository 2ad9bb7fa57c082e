namespace OpenSegR.Realtime;

/// <summary>
/// Where the program's own files lie, and where it may keep files of its own.
/// <para>
/// Shipped files (shaders, models, the tokenizer's merges) are looked for beside the program first, as an installed copy has them, then in
/// the repository that the program was built in. Files that the program makes go to one cache folder: <c>$SEGR_CACHE</c>, or
/// <c>$XDG_CACHE_HOME/segr</c>, or <c>~/.cache/segr</c>; everything in it can be made again, so it may be deleted at any time.
/// </para>
/// </summary>
public static class AppPaths
{
    private static readonly AppPathsLookup Lookup = new(AppContext.BaseDirectory, Environment.GetEnvironmentVariable);

    /// <summary>Folder of the running program, where native libraries lie too.</summary>
    public static string ProgramFolder => Lookup.ProgramFolder;

    /// <summary>The repository that the program runs in, or null for an installed copy.</summary>
    public static string? RepositoryFolder => Lookup.RepositoryFolder;

    /// <summary>The folder of shaders.</summary>
    /// <exception cref="SegrException">There is none.</exception>
    public static string ShaderFolder => Lookup.Folder("shaders");

    /// <summary>The folder of the models that come with the program, one folder a model.</summary>
    /// <exception cref="SegrException">There is none.</exception>
    public static string ModelsFolder => Lookup.Folder("models");

    /// <summary>The folder of the benchmarks' class lists.</summary>
    /// <exception cref="SegrException">There is none.</exception>
    public static string ClassListFolder => Lookup.Folder(Path.Combine("data", "classes"));

    /// <summary>CLIP's byte-pair merges as plain text.</summary>
    /// <exception cref="SegrException">The file is missing.</exception>
    public static string ClipMerges => Lookup.DataFile("clip-merges.txt");

    /// <summary>The cache folder, an absolute path. It may not exist yet.</summary>
    public static string CacheFolder => Lookup.CacheFolder;

    /// <summary>A folder inside the cache, created if need be.</summary>
    /// <param name="name">Its name, such as "embeddings".</param>
    /// <exception cref="SegrException">It cannot be created.</exception>
    public static string CreateCacheFolder(string name) => Lookup.CreateCacheFolder(name);
}
