namespace OpenSegR.Realtime.Render.Cpu;

/// <summary>What an <see cref="OverlayBlender"/> draws.</summary>
internal struct OverlayJob
{
    /// <summary>The label map.</summary>
    public LabelGrid Grid;

    /// <summary>Labels of the frame's pixels, with a margin of repeated edges around.</summary>
    public ushort[] Resolved;

    /// <summary>Index of pixel (0, 0) in <see cref="Resolved"/>.</summary>
    public int Origin;

    /// <summary>Labels from one row to the next.</summary>
    public int Pitch;

    /// <summary>Fill of each label.</summary>
    public uint[] Fill;

    /// <summary>Contour of each label.</summary>
    public uint[] Contour;

    /// <summary>True to draw contours.</summary>
    public bool Contours;

    /// <summary>Pixels between two taps of the contour's window.</summary>
    public int Step;

    /// <summary>Strength of a contour by weight, 257 entries.</summary>
    public byte[] Strength;
}
