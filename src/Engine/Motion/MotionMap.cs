using System.Numerics;

namespace OpenSegR.Realtime.Motion;

/// <summary>
/// Where each pixel of the newest picture was in an older one, several pictures ago: flow fields chained. Positions are looked up at the
/// nearest pixel and its remainder is added, so that chaining blurs nothing: a pixel at the border of a moving thing follows one side or
/// the other, never a mixture.
/// </summary>
internal sealed class MotionMap
{
    private Vector2[] _positions = [];
    private Vector2[] _next = [];
    private float[] _residuals = [];
    private float[] _nextResiduals = [];
    private int _width;
    private int _height;
    // Where labels come from, as of several maps that are moved the same way; found again once positions have changed.
    private readonly LabelPlaces _places = new();
    private bool _isPlaced;

    /// <summary>Where each pixel of the newest picture was, row by row; corrections are carried on.</summary>
    public Span<Vector2> Positions
    {
        get
        {
            _isPlaced = false;
            return _positions.AsSpan(0, _width * _height);
        }
    }

    /// <summary>Makes the two pictures one and the same: nothing has moved.</summary>
    public void Reset(int width, int height)
    {
        (_width, _height, _isPlaced) = (width, height, false);
        if (_positions.Length < width * height)
        {
            _positions = new Vector2[width * height];
            _next = new Vector2[width * height];
            _residuals = new float[width * height];
            _nextResiduals = new float[width * height];
        }

        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                _positions[(y * width) + x] = new Vector2(x, y);
            }
        }

        _residuals.AsSpan(0, width * height).Clear();
    }

    /// <summary>Goes on to the next picture. A field of another size starts anew.</summary>
    public void Append(FlowField flow)
    {
        if (flow.Width != _width || flow.Height != _height)
        {
            Reset(flow.Width, flow.Height);
            return;
        }

        for (var y = 0; y < _height; y++)
        {
            for (var x = 0; x < _width; x++)
            {
                var index = (y * _width) + x;
                var from = new Vector2(x, y) + flow.Vectors[index];
                var nearX = Math.Clamp((int)MathF.Round(from.X), 0, _width - 1);
                var nearY = Math.Clamp((int)MathF.Round(from.Y), 0, _height - 1);
                var near = (nearY * _width) + nearX;
                _next[index] = _positions[near] + from - new Vector2(nearX, nearY);
                _nextResiduals[index] = Math.Max(_residuals[near], flow.Residuals[index]);
            }
        }

        _isPlaced = false;
        (_positions, _next) = (_next, _positions);
        (_residuals, _nextResiduals) = (_nextResiduals, _residuals);
    }

    /// <summary>
    /// Moves a label map of the older picture to the newest; both cover the whole picture at any size. Where a label covers several pixels of this
    /// map, most of four of them decide: its middle lies between them, and each alone would favour its own side of a border.
    /// </summary>
    /// <param name="labels">Width * height values.</param>
    /// <param name="width">Its width.</param>
    /// <param name="height">Its height.</param>
    /// <param name="moved">The same number of values.</param>
    public void Move(ReadOnlySpan<ushort> labels, int width, int height, Span<ushort> moved)
    {
        if (!_isPlaced || (_places.Width, _places.Height) != (width, height))
        {
            _places.Find(Positions, _width, _height, width, height);
            _isPlaced = true;
        }

        _places.Gather(labels, moved);
    }

    /// <summary>Whether motion explains what is seen at a pixel of a label map of the given size.</summary>
    public bool IsTrusted(int x, int y, int width, int height, float mostResidual)
    {
        var column = Math.Min(_width - 1, x * _width / width);
        var row = Math.Min(_height - 1, y * _height / height);
        return _residuals[(row * _width) + column] <= mostResidual;
    }
}
