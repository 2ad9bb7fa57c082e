using System.Runtime.Intrinsics;

namespace OpenSegR.Realtime.Motion;

/// <summary>
/// Compares the newest picture with the one that the masks belong to, past all pictures between: where the chained motion has drifted off, a
/// place takes its label from where its nearest neighbour of like colour does.
/// </summary>
internal sealed class SourceCheck
{
    // Grey levels of 256 beyond all that was seen around a place (3 x 3), which light and sampling still make.
    private const float LeastTolerance = 8;
    // Multiples of the median residual, half as many as between single pixels: the nine around a place already lie one deviation or two apart.
    private const float NoiseFactor = 4;

    private readonly ColorRange _range = new();
    private readonly GeodesicFill _fill = new();
    private bool _isOn;

    /// <summary>Takes the picture that the masks belong to.</summary>
    public void Begin(ColorThumbnail older)
    {
        _range.Fill(older);
        _isOn = true;
    }

    /// <summary>Stops comparing until the next <see cref="Begin"/>, as after a change of size.</summary>
    public void End() => _isOn = false;

    /// <summary>Checks and repairs where the places of a picture were in that one.</summary>
    /// <param name="map">From the newer picture to that one.</param>
    /// <param name="newer">The newer picture.</param>
    /// <param name="noise">The median residual that is usual: <see cref="FlowField.Noise"/>.</param>
    public void Run(MotionMap map, ColorThumbnail newer, float noise)
    {
        if (!_isOn)
        {
            return;
        }

        var (width, height) = (_range.Width, _range.Height);
        var positions = map.Positions;
        var colors = newer.Pixels;
        var tolerance = Vector128.Create((byte)Math.Clamp(MathF.Round(NoiseFactor * noise), LeastTolerance, byte.MaxValue));
        _fill.Begin(width, height);
        for (var i = 0; i < colors.Length; i++)
        {
            var x = Math.Clamp((int)MathF.Round(positions[i].X), 0, width - 1);
            var y = Math.Clamp((int)MathF.Round(positions[i].Y), 0, height - 1);
            if (_range.IsOutside(colors[i], (y * width) + x, tolerance))
            {
                _fill.MarkUnknown(i);
            }
        }

        _fill.Run(colors, positions);
    }
}
