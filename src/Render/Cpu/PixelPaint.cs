namespace OpenSegR.Realtime.Render.Cpu;

/// <summary>Weighted sums of the colours around one pixel of a boundary.</summary>
internal struct PixelPaint
{
    private int _fill0, _fill1, _fill2;
    private int _line0, _line1, _line2;

    /// <summary>Sum of weight times alpha of the fills.</summary>
    public int FillAlpha;

    /// <summary>Sum of weight times alpha of the contours.</summary>
    public int ContourWeight;

    /// <summary>Largest alpha of the contours.</summary>
    public int ContourAlpha;

    /// <summary>Strength of the contour here, 0 to 255.</summary>
    public byte Strength;

    /// <summary>Adds a fill colour.</summary>
    public void AddFill(uint color, int weight)
    {
        var amount = weight * (int)(color >> 24);
        FillAlpha += amount;
        _fill0 += amount * (int)(color & 0xFF);
        _fill1 += amount * (int)((color >> 8) & 0xFF);
        _fill2 += amount * (int)((color >> 16) & 0xFF);
    }

    /// <summary>Adds a contour colour.</summary>
    public void AddContour(uint color, int weight)
    {
        var alpha = (int)(color >> 24);
        var amount = weight * alpha;
        ContourWeight += amount;
        ContourAlpha = Math.Max(ContourAlpha, alpha);
        _line0 += amount * (int)(color & 0xFF);
        _line1 += amount * (int)((color >> 8) & 0xFF);
        _line2 += amount * (int)((color >> 16) & 0xFF);
    }

    /// <summary>One channel of the fills' sum.</summary>
    public readonly int FillChannel(int c) => c == 0 ? _fill0 : c == 1 ? _fill1 : _fill2;

    /// <summary>One channel of the contours' sum.</summary>
    public readonly int ContourChannel(int c) => c == 0 ? _line0 : c == 1 ? _line1 : _line2;
}
