using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>32 bytes, AVX2: two units of 16 bytes, since no byte can be picked from the other half.</summary>
internal readonly unsafe struct Register256 : IRegister<Vector256<byte>>, IByteWindow<Vector256<byte>>
{
    public static int Units => 2;

    public static int WindowBytes => 16;

    // One pixel, which fits in a window at any scale.
    public static int FewestBytes(int lanes) => 3;

    public static Vector256<byte> Pick(byte* first, byte* last, Vector256<byte> places) =>
        Avx2.Shuffle(Vector256.Create(Vector128.Load(first), Vector128.Load(last)), places);

    // Bytes whose place has the top bit set come out as 0.
    public static Vector256<byte> PickWords(byte* first, byte* last, Vector256<byte> places) => Pick(first, last, places);

    public static Vector256<byte> Load(byte* from) => Vector256.Load(from);

    public static void Store(Vector256<byte> value, byte* to) => value.Store(to);

    public static Vector256<byte> Repeat(int value) => Vector256.Create(value).AsByte();

    public static Vector256<byte> AddWords(Vector256<byte> a, Vector256<byte> b) => (a.AsInt16() + b.AsInt16()).AsByte();

    public static Vector256<byte> AddIntegers(Vector256<byte> a, Vector256<byte> b) => (a.AsInt32() + b.AsInt32()).AsByte();

    public static Vector256<byte> MultiplyAddBytes(Vector256<byte> bytes, Vector256<byte> weights) =>
        Avx2.MultiplyAddAdjacent(bytes, weights.AsSByte()).AsByte();

    public static Vector256<byte> MultiplyAddWords(Vector256<byte> words, Vector256<byte> weights) =>
        Avx2.MultiplyAddAdjacent(words.AsInt16(), weights.AsInt16()).AsByte();

    public static Vector256<byte> DivideWords(Vector256<byte> words, Vector256<byte> reciprocals, int shift) =>
        (Avx2.MultiplyHigh(words.AsUInt16(), reciprocals.AsUInt16()) >>> shift).AsByte();

    public static Vector256<byte> Join(Vector256<byte> high, Vector256<byte> low) =>
        (((high.AsInt32() << Digits.LowBits) + low.AsInt32()) >> ResampleAxis.Precision).AsByte();

    public static Vector256<byte> InterleaveLow(Vector256<byte> a, Vector256<byte> b) => Avx2.UnpackLow(a, b);

    public static Vector256<byte> InterleaveHigh(Vector256<byte> a, Vector256<byte> b) => Avx2.UnpackHigh(a, b);

    public static Vector256<byte> NarrowWords(Vector256<byte> a, Vector256<byte> b) => Avx2.PackUnsignedSaturate(a.AsInt16(), b.AsInt16());

    public static Vector256<byte> NarrowIntegers(Vector256<byte> a, Vector256<byte> b) =>
        Avx2.PackSignedSaturate(a.AsInt32(), b.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreWords(Vector256<byte> a, Vector256<byte> b, Vector256<byte> c, Vector256<byte> d, FourRows to, int step)
    {
        // In each half eight bytes of one row and eight of the next.
        var (ab, cd) = (NarrowWords(a, b).AsDouble(), NarrowWords(c, d).AsDouble());
        Sse2.StoreLow((double*)to.A, ab.GetLower());
        Sse2.StoreHigh((double*)to.B, ab.GetLower());
        Sse2.StoreLow((double*)to.C, cd.GetLower());
        Sse2.StoreHigh((double*)to.D, cd.GetLower());
        var (nextAb, nextCd) = (ab.GetUpper(), cd.GetUpper());
        Sse2.StoreLow((double*)(to.A + step), nextAb);
        Sse2.StoreHigh((double*)(to.B + step), nextAb);
        Sse2.StoreLow((double*)(to.C + step), nextCd);
        Sse2.StoreHigh((double*)(to.D + step), nextCd);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreIntegers(Vector256<byte> a, Vector256<byte> b, Vector256<byte> c, Vector256<byte> d, FourRows to, int step)
    {
        // In each half four bytes of every row; then the four of both halves, row by row, the second four moved to where the first end.
        var bytes = NarrowWords(NarrowIntegers(a, b), NarrowIntegers(c, d));
        var rows = Avx2.PermuteVar8x32(bytes.AsInt32(), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7));
        if (step == 3)
        {
            var close = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 7, 7, 8, 9, 10, 12, 13, 14, 15, 15);
            rows = Avx2.Shuffle(rows.AsByte(), Vector256.Create(close, close)).AsInt32();
        }

        Sse2.StoreLow((double*)to.A, rows.AsDouble().GetLower());
        Sse2.StoreHigh((double*)to.B, rows.AsDouble().GetLower());
        Sse2.StoreLow((double*)to.C, rows.AsDouble().GetUpper());
        Sse2.StoreHigh((double*)to.D, rows.AsDouble().GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Normalise(
        Vector256<byte> pixels, int index, Vector256<byte> mean, Vector256<byte> std, Vector256<byte> reciprocal)
    {
        var shifted = index == 0 ? pixels.AsInt32() : pixels.AsInt32() >>> (8 * index);
        var value = Vector256.ConvertToSingle(shifted & Vector256.Create(0xFF)) - mean.AsSingle();
        var quotient = value * reciprocal.AsSingle();
        var rest = Fma.MultiplyAddNegated(quotient, std.AsSingle(), value);
        return Fma.MultiplyAdd(rest, reciprocal.AsSingle(), quotient).AsByte();
    }
}
