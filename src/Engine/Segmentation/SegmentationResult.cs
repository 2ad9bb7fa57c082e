using System.Collections;
using OpenSegR.Realtime.Inference.Gpu;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Segmentation;

/// <summary>
/// The masks of one frame: a label map and the list of its segments. Rented from a <see cref="SegmentationResultPool"/>, one owner at a
/// time, returned by <see cref="Dispose"/>.
/// </summary>
/// <remarks>
/// The label map may be smaller than the frame (stride 4 in live use); it always covers the whole frame, so that pixel (x, y) of the map
/// is the area ((x, y) to (x+1, y+1)) * frame size / map size of the frame.
/// </remarks>
public sealed class SegmentationResult : IDisposable
{
    /// <summary>Value of a pixel that belongs to nothing.</summary>
    public const ushort Void = ushort.MaxValue;

    private readonly SegmentationResultPool _pool;
    // Masks that this result made; it keeps them from frame to frame.
    private readonly List<BinaryMask> _masks = [];
    private ushort[] _labels = [];
    private GpuCopy? _gpuCopy;
    private int _masksInUse;
    private int _rented;

    internal SegmentationResult(SegmentationResultPool pool) => _pool = pool;

    /// <summary>Index of the frame that the masks were computed from.</summary>
    public long FrameIndex { get; set; }

    /// <summary>Time stamp of that frame in microseconds.</summary>
    public long TimestampUs { get; set; }

    /// <summary>True where the masks belong to an earlier frame than the one they are shown with.</summary>
    public bool IsReused { get; set; }

    /// <summary>Mode that produced the result.</summary>
    public SegmentationMode Mode { get; set; }

    /// <summary>What the label values mean.</summary>
    public LabelKind Kind => Mode == SegmentationMode.Semantic ? LabelKind.Class : LabelKind.Segment;

    /// <summary>The vocabulary that the class indices refer to.</summary>
    public Vocabulary Vocabulary { get; set; } = Vocabulary.Empty;

    /// <summary>Width of the label map.</summary>
    public int Width { get; private set; }

    /// <summary>Height of the label map.</summary>
    public int Height { get; private set; }

    /// <summary>The label map, row by row, <c>Width * Height</c> values.</summary>
    /// <exception cref="ObjectDisposedException">The result was returned to its pool.</exception>
    public Span<ushort> Labels
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _rented) == 0, this);
            return _labels.AsSpan(0, Width * Height);
        }
    }

    /// <summary>
    /// The label map in a GPU's memory, or null where it is not there. Whoever changes <see cref="Labels"/> calls <see cref="Resize"/> before,
    /// or <see cref="DropGpuCopy"/>.
    /// </summary>
    public GpuCopy? GpuCopy => _gpuCopy;

    /// <summary>The segments, in the order of their ids. In semantic mode one for each class that has pixels.</summary>
    public List<Segment> Segments { get; } = [];

    /// <summary>
    /// Instance mode only: one mask for each entry of <see cref="Segments"/>, since instances may overlap. Empty in the other modes.
    /// </summary>
    public List<BinaryMask> InstanceMasks { get; } = [];

    /// <summary>An empty mask of the label map's size; it stays the result's, for <see cref="InstanceMasks"/>, and is reused from frame to frame.</summary>
    internal BinaryMask NewInstanceMask()
    {
        if (_masksInUse == _masks.Count)
        {
            _masks.Add(new BinaryMask(Width, Height, new BitArray(Width * Height)));
            return _masks[_masksInUse++];
        }

        var mask = _masks[_masksInUse];
        if (mask.Width != Width || mask.Height != Height)
        {
            _masks[_masksInUse] = mask = new BinaryMask(Width, Height, new BitArray(Width * Height));
        }

        _masksInUse++;
        mask.Bytes.Clear();
        return mask;
    }

    /// <summary>Empties <see cref="InstanceMasks"/>; the result's own may be handed out anew.</summary>
    internal void ClearInstanceMasks()
    {
        InstanceMasks.Clear();
        _masksInUse = 0;
    }

    /// <summary>Sets the size of the label map; its values are undefined afterwards, and a GPU has none of them.</summary>
    public void Resize(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        DropGpuCopy();
        var count = checked(width * height);
        if (_labels.Length < count)
        {
            _labels = GC.AllocateUninitializedArray<ushort>(count, pinned: true);
        }

        Width = width;
        Height = height;
    }

    /// <summary>Makes this a copy of another result, mask by mask; not of what a GPU has of it.</summary>
    public void CopyFrom(SegmentationResult other)
    {
        Resize(other.Width, other.Height);
        other.Labels.CopyTo(Labels);
        FrameIndex = other.FrameIndex;
        TimestampUs = other.TimestampUs;
        IsReused = other.IsReused;
        Mode = other.Mode;
        Vocabulary = other.Vocabulary;
        Segments.Clear();
        Segments.AddRange(other.Segments);
        ClearInstanceMasks();
        foreach (var mask in other.InstanceMasks)
        {
            if (mask.Width == Width && mask.Height == Height)
            {
                var own = NewInstanceMask();
                mask.Bytes.CopyTo(own.Bytes);
                InstanceMasks.Add(own);
            }
            else
            {
                InstanceMasks.Add(mask.Copy());
            }
        }
    }

    /// <summary>Lets the result have what a GPU has of another one, whose labels this one was given as well.</summary>
    public void ShareGpuCopy(SegmentationResult other) => Attach(other.GpuCopy?.Hold());

    /// <summary>Lets go of what a GPU has of the label map, which is a different one now.</summary>
    public void DropGpuCopy() => Attach(null);

    /// <summary>Returns the result to its pool. Safe to call more than once; only the first call counts.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _rented, 0) == 1)
        {
            DropGpuCopy();
            _pool.Return(this);
        }
    }

    /// <summary>Takes over a copy that the caller holds.</summary>
    internal void Attach(GpuCopy? copy) => Interlocked.Exchange(ref _gpuCopy, copy)?.Release();

    internal void MarkRented()
    {
        FrameIndex = 0;
        TimestampUs = 0;
        IsReused = false;
        Mode = SegmentationMode.Semantic;
        Vocabulary = Vocabulary.Empty;
        Width = 0;
        Height = 0;
        Segments.Clear();
        ClearInstanceMasks();
        Volatile.Write(ref _rented, 1);
    }
}
