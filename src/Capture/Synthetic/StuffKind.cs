namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>Uncountable classes of a synthetic scene; the order is that of the lexicon's "stuff" list and is written to disk.</summary>
public enum StuffKind
{
    /// <summary>Gradient and clouds above everything.</summary>
    Sky,

    /// <summary>Green blades.</summary>
    Grass,

    /// <summary>Moving ripples.</summary>
    Water,

    /// <summary>Yellow grains and small dunes.</summary>
    Sand,

    /// <summary>White, with soft shadows.</summary>
    Snow,

    /// <summary>Asphalt with lane marks.</summary>
    Road,

    /// <summary>Rows of bricks.</summary>
    BrickWall,

    /// <summary>Planks.</summary>
    WoodFloor,

    /// <summary>Leaves.</summary>
    Hedge,

    /// <summary>Stone slabs.</summary>
    Paving,

    /// <summary>Woven fabric with ornaments.</summary>
    Carpet,

    /// <summary>A rocky ridge far away.</summary>
    Mountain,
}
