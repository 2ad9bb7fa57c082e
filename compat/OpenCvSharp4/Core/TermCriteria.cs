namespace OpenCvSharp;

/// <summary>When an iteration stops.</summary>
/// <param name="Type">Which of the two limits count.</param>
/// <param name="MaxCount">Largest number of rounds.</param>
/// <param name="Epsilon">Smallest change.</param>
public readonly record struct TermCriteria(CriteriaTypes Type, int MaxCount, double Epsilon)
{
    /// <summary>Which of the two limits count.</summary>
    public readonly CriteriaTypes Type = Type;

    /// <summary>Largest number of rounds.</summary>
    public readonly int MaxCount = MaxCount;

    /// <summary>Smallest change.</summary>
    public readonly double Epsilon = Epsilon;

    /// <summary>Both limits.</summary>
    public static TermCriteria Both(int maxCount, double epsilon) => new(CriteriaTypes.Count | CriteriaTypes.Eps, maxCount, epsilon);
}
