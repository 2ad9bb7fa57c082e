namespace OpenSegR.Realtime.Inference.Gpu;

/// <summary>
/// Between a <see cref="Segmentation.Segmentor"/> whose frames go over a GPU and a window that is drawn by the same one: frames and label maps
/// stay in the GPU's memory for the window, as <see cref="GpuCopy"/>. Both are given the same object. Copies are made while somebody wants them,
/// and where they cannot be used that is told once and frames and labels are uploaded as they are without one. Thread-safe.
/// </summary>
public sealed class GpuSharing : IDisposable
{
    // More than a pipeline and a window hold at once; whoever holds on to more frames than that has them uploaded.
    private const int MostOfAKind = 16;
    private readonly Lock _gate = new();
    private readonly Stack<GpuCopy>[] _idle = [new(), new()];
    private readonly int[] _made = [0, 0];
    private readonly Action<string>? _notice;
    private volatile bool _isWanted;
    private bool _isOffered;
    private bool _toldUse;
    private bool _toldProblem;
    private bool _isDisposed;
    private string? _problem;

    /// <summary>Creates one that nobody uses yet.</summary>
    /// <param name="notice">Told, in one line, that the window draws from the GPU's memory, or why it does not; nothing where no GPU works. May be null.</param>
    public GpuSharing(Action<string>? notice = null) => _notice = notice;

    /// <summary>True where copies are of use.</summary>
    public bool IsWanted => _isWanted;

    /// <summary>Why the window cannot draw from the GPU's memory, in one line, or null where nothing is known against it.</summary>
    public string? Problem
    {
        get
        {
            lock (_gate)
            {
                return _problem;
            }
        }
    }

    /// <summary>Why a GPU's memory cannot be drawn from in the OpenGL context that is current on this thread, in one line, or null where it can.</summary>
    /// <param name="device">Index of the GPU, from 0.</param>
    public static string? FindProblem(int device = 0)
    {
        try
        {
            new GpuTextures(GpuDevice.Open(device)).Dispose();
            return null;
        }
        catch (GpuException error)
        {
            return error.Message;
        }
    }

    /// <summary>Said by a window: it draws, and would draw from copies. Does nothing after <see cref="Refuse"/>.</summary>
    public void Want()
    {
        if (_isWanted)
        {
            return;
        }

        lock (_gate)
        {
            _isWanted = _problem is null && !_isDisposed;
        }
    }

    /// <summary>Said once a window has drawn from copies.</summary>
    public void Confirm() => Tell(ref _toldUse, "the window draws frames and masks from the GPU's memory");

    /// <summary>Said where copies cannot be used, or not any longer: no more are made, and that is told.</summary>
    /// <param name="why">What happened, in one line.</param>
    /// <param name="frame">The frame that it happened at, or null where there never was one.</param>
    public void Refuse(string why, long? frame = null)
    {
        ArgumentNullException.ThrowIfNull(why);
        lock (_gate)
        {
            _problem ??= frame is { } index ? $"from frame {index} on, {why}" : why;
            _isWanted = false;
            FreeIdle();
        }

        TellProblem();
    }

    /// <summary>Frees the copies that nobody holds; others go with their last holder.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _isWanted = false;
            FreeIdle();
        }
    }

    /// <summary>Said by an engine whose frames go over a GPU.</summary>
    internal void Offer()
    {
        lock (_gate)
        {
            if (_isOffered)
            {
                return;
            }

            _isOffered = true;
        }

        TellProblem();
    }

    /// <summary>A copy with room for so many bytes, which the caller releases; null where none is wanted or can be had.</summary>
    internal GpuCopy? Rent(GpuDevice device, GpuCopyKind kind, int bytes)
    {
        if (!_isWanted)
        {
            return null;
        }

        GpuCopy? copy;
        lock (_gate)
        {
            if (!_idle[(int)kind].TryPop(out copy))
            {
                if (_made[(int)kind] == MostOfAKind)
                {
                    return null;
                }

                _made[(int)kind]++;
            }
        }

        try
        {
            if (copy is not null && !ReferenceEquals(copy.Device, device))
            {
                copy.Free();
                copy = null;
            }

            copy ??= new GpuCopy(this, device, kind);
            copy.Reserve(bytes);
            return copy.Hold();
        }
        catch (GpuException error)
        {
            Discard(copy, kind);
            Refuse(error.Message);
            return null;
        }
    }

    internal void Return(GpuCopy copy)
    {
        lock (_gate)
        {
            if (_isWanted)
            {
                _idle[(int)copy.Kind].Push(copy);
                return;
            }
        }

        Discard(copy, copy.Kind);
    }

    private void Discard(GpuCopy? copy, GpuCopyKind kind)
    {
        copy?.Free();
        lock (_gate)
        {
            _made[(int)kind]--;
        }
    }

    private void FreeIdle()
    {
        for (var kind = 0; kind < _idle.Length; kind++)
        {
            while (_idle[kind].TryPop(out var copy))
            {
                copy.Free();
                _made[kind]--;
            }
        }
    }

    private void TellProblem()
    {
        if (Problem is { } problem)
        {
            Tell(ref _toldProblem, $"frames and masks are uploaded for the window: {problem}");
        }
    }

    // What a window can do is of interest where there is something to be shared.
    private void Tell(ref bool isTold, string line)
    {
        lock (_gate)
        {
            if (!_isOffered || isTold)
            {
                return;
            }

            isTold = true;
        }

        _notice?.Invoke(line);
    }
}
