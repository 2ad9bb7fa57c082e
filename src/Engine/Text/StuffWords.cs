namespace OpenSegR.Realtime.Text;

/// <summary>
/// Common nouns for regions without countable instances. They decide whether a class that the user did not mark is a thing or stuff.
/// </summary>
internal static class StuffWords
{
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        // Sky and weather.
        "sky", "skies", "cloud", "clouds", "fog", "mist", "smoke", "snow", "ice", "rain", "air",

        // Water.
        "water", "sea", "ocean", "river", "lake", "pond", "stream", "waterfall", "waves", "canal", "swimming pool", "wetland",

        // Ground and terrain.
        "ground", "earth", "soil", "dirt", "mud", "sand", "gravel", "land", "terrain", "field", "playingfield", "meadow", "desert", "beach",
        "shore", "coast", "mountain", "mountains", "hill", "hills", "valley", "cliff", "dune", "rock", "rocks", "swamp", "asphalt",

        // Vegetation.
        "grass", "lawn", "tree", "trees", "forest", "woods", "jungle", "bush", "bushes", "shrub", "shrubs", "hedge", "vegetation", "foliage",
        "leaves", "plants", "crops", "hay", "straw", "moss", "garden", "flora",

        // Ways.
        "road", "roads", "street", "streets", "sidewalk", "sidewalks", "pavement", "path", "paths", "dirt track", "runway", "highway",
        "railroad", "railway", "rail track", "train track", "crosswalk", "parking", "parking lot", "platform", "bridge", "tunnel", "curb",
        "stairs", "steps", "playground", "square", "plaza",

        // Buildings and what they are made of.
        "building", "buildings", "edifice", "house", "houses", "skyscraper", "skyscrapers", "city", "tower block", "wall", "walls",
        "wallpaper", "ceiling", "floor", "flooring", "roof", "fence", "fences", "fencing", "railing", "guard rail", "tile", "tiles", "brick",
        "bricks", "concrete", "wood", "stone", "marble", "metal", "glass wall", "curtain", "curtains", "carpet", "rug",

        // Everything else.
        "background", "scenery", "void", "other", "text", "shadow", "crowd",
    };

    /// <summary>
    /// True where the name, its last word, or what stands before its first hyphen ("wall-concrete") is a word for stuff.
    /// "Blue sky" is stuff; "water bottle" is not.
    /// </summary>
    public static bool Contains(string name)
    {
        var blank = name.LastIndexOf(' ');
        var hyphen = name.IndexOf('-', StringComparison.Ordinal);
        return Words.Contains(name) || (blank >= 0 && Words.Contains(name[(blank + 1)..])) || (hyphen > 0 && Words.Contains(name[..hyphen]));
    }
}
