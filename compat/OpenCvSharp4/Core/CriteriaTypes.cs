namespace OpenCvSharp;

/// <summary>When an iteration stops.</summary>
[Flags]
public enum CriteriaTypes
{
    /// <summary>Stop after a number of rounds.</summary>
    Count = 1,

    /// <summary>The same as Count.</summary>
    MaxIter = Count,

    /// <summary>Stop when the change falls below a limit.</summary>
    Eps = 2,
}
