namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>
/// What the loops of the frame path do with a register; a type parameter, so that each loop is written once and compiled for every width.
/// A value is always held as bytes; "words" are its 16-bit and "integers" its 32-bit lanes, all signed unless a method says otherwise.
/// </summary>
/// <remarks>
/// A register consists of <see cref="Units"/>: what picks bytes (<see cref="IByteWindow{T}"/>) works in each by itself. Interleaving and
/// narrowing work in each 16 bytes by themselves, on every width: what the first takes apart, the second joins in order. Loops are compiled
/// with AggressiveOptimization: as long as these methods are not inlined, a frame takes 30 times as long, and the runtime would first wait
/// for dozens of frames.
/// </remarks>
/// <typeparam name="T">The vector of bytes.</typeparam>
internal unsafe interface IRegister<T>
    where T : unmanaged
{
    /// <summary>Parts whose bytes are picked from a window of their own.</summary>
    static abstract int Units { get; }

    /// <summary>Loads a register.</summary>
    static abstract T Load(byte* from);

    /// <summary>Stores a register.</summary>
    static abstract void Store(T value, byte* to);

    /// <summary>A number of 32 bits in all lanes.</summary>
    static abstract T Repeat(int value);

    /// <summary>Sums of words.</summary>
    static abstract T AddWords(T a, T b);

    /// <summary>Sums of integers.</summary>
    static abstract T AddIntegers(T a, T b);

    /// <summary>Words: products of unsigned bytes with weights of 0 to 127, two neighbours added; no sum may be above 32767.</summary>
    static abstract T MultiplyAddBytes(T bytes, T weights);

    /// <summary>Integers: products of words, two neighbours added.</summary>
    static abstract T MultiplyAddWords(T words, T weights);

    /// <summary>Unsigned words: (word * reciprocal) >> (16 + shift).</summary>
    static abstract T DivideWords(T words, T reciprocals, int shift);

    /// <summary>Integers: sums of high and of low digits (<see cref="Digits"/>) to whole numbers.</summary>
    static abstract T Join(T high, T low);

    /// <summary>From the lower half of each 16 bytes: a byte of the first, one of the second, and so on.</summary>
    static abstract T InterleaveLow(T a, T b);

    /// <summary>From the upper half of each 16 bytes: a byte of the first, one of the second, and so on.</summary>
    static abstract T InterleaveHigh(T a, T b);

    /// <summary>Words of two registers to bytes, limited to 0..255; in each 16 bytes those of the first come first.</summary>
    static abstract T NarrowWords(T a, T b);

    /// <summary>Integers of two registers to words; in each 16 bytes those of the first come first.</summary>
    static abstract T NarrowIntegers(T a, T b);

    /// <summary>Stores the words of four rows as bytes, each unit's <paramref name="step"/> bytes behind those of the unit before.</summary>
    static abstract void StoreWords(T a, T b, T c, T d, FourRows to, int step);

    /// <summary>Stores the integers of four rows as bytes, each unit's <paramref name="step"/> bytes behind those of the unit before.</summary>
    static abstract void StoreIntegers(T a, T b, T c, T d, FourRows to, int step);

    /// <summary>
    /// Floats: (value - mean) / std for the byte of each 32-bit lane that <paramref name="index"/> names. The division is a product with
    /// the reciprocal and one correction (<see cref="RowNormaliser"/>) or, where there is no fused multiply-add, a division.
    /// </summary>
    static abstract T Normalise(T pixels, int index, T mean, T std, T reciprocal);
}
