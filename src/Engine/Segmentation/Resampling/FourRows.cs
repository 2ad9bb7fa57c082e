namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>Four rows that are done together, so that tables are loaded once for all of them.</summary>
internal readonly unsafe struct FourRows
{
    public readonly byte* A;
    public readonly byte* B;
    public readonly byte* C;
    public readonly byte* D;

    /// <summary>The first four of <paramref name="rows"/>; fewer are repeated, which is rare and saves a loop of its own.</summary>
    public FourRows(byte* first, long pitch, int rows)
    {
        A = first;
        B = rows > 1 ? A + pitch : A;
        C = rows > 2 ? B + pitch : B;
        D = rows > 3 ? C + pitch : C;
    }

    private FourRows(byte* a, byte* b, byte* c, byte* d)
    {
        A = a;
        B = b;
        C = c;
        D = d;
    }

    /// <summary>The same rows further to the right.</summary>
    public FourRows Plus(int bytes) => new(A + bytes, B + bytes, C + bytes, D + bytes);
}
