using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>64 bytes, AVX-512: one unit, in which bytes are picked across the whole register.</summary>
internal readonly unsafe struct Register512 : IRegister<Vector512<byte>>
{
    public static int Units => 1;

    public static Vector512<byte> Load(byte* from) => Vector512.Load(from);

    public static void Store(Vector512<byte> value, byte* to) => value.Store(to);

    public static Vector512<byte> Repeat(int value) => Vector512.Create(value).AsByte();

    public static Vector512<byte> AddWords(Vector512<byte> a, Vector512<byte> b) => (a.AsInt16() + b.AsInt16()).AsByte();

    public static Vector512<byte> AddIntegers(Vector512<byte> a, Vector512<byte> b) => (a.AsInt32() + b.AsInt32()).AsByte();

    public static Vector512<byte> MultiplyAddBytes(Vector512<byte> bytes, Vector512<byte> weights) =>
        Avx512BW.MultiplyAddAdjacent(bytes, weights.AsSByte()).AsByte();

    public static Vector512<byte> MultiplyAddWords(Vector512<byte> words, Vector512<byte> weights) =>
        Avx512BW.MultiplyAddAdjacent(words.AsInt16(), weights.AsInt16()).AsByte();

    public static Vector512<byte> DivideWords(Vector512<byte> words, Vector512<byte> reciprocals, int shift) =>
        (Avx512BW.MultiplyHigh(words.AsUInt16(), reciprocals.AsUInt16()) >>> shift).AsByte();

    public static Vector512<byte> Join(Vector512<byte> high, Vector512<byte> low) =>
        (((high.AsInt32() << Digits.LowBits) + low.AsInt32()) >> ResampleAxis.Precision).AsByte();

    public static Vector512<byte> InterleaveLow(Vector512<byte> a, Vector512<byte> b) => Avx512BW.UnpackLow(a, b);

    public static Vector512<byte> InterleaveHigh(Vector512<byte> a, Vector512<byte> b) => Avx512BW.UnpackHigh(a, b);

    public static Vector512<byte> NarrowWords(Vector512<byte> a, Vector512<byte> b) => Avx512BW.PackUnsignedSaturate(a.AsInt16(), b.AsInt16());

    public static Vector512<byte> NarrowIntegers(Vector512<byte> a, Vector512<byte> b) =>
        Avx512BW.PackSignedSaturate(a.AsInt32(), b.AsInt32()).AsByte();

    public static void StoreWords(Vector512<byte> a, Vector512<byte> b, Vector512<byte> c, Vector512<byte> d, FourRows to, int step)
    {
        Avx512BW.ConvertToVector256Byte(a.AsUInt16()).Store(to.A);
        Avx512BW.ConvertToVector256Byte(b.AsUInt16()).Store(to.B);
        Avx512BW.ConvertToVector256Byte(c.AsUInt16()).Store(to.C);
        Avx512BW.ConvertToVector256Byte(d.AsUInt16()).Store(to.D);
    }

    public static void StoreIntegers(Vector512<byte> a, Vector512<byte> b, Vector512<byte> c, Vector512<byte> d, FourRows to, int step)
    {
        Avx512F.ConvertToVector128Byte(a.AsInt32()).Store(to.A);
        Avx512F.ConvertToVector128Byte(b.AsInt32()).Store(to.B);
        Avx512F.ConvertToVector128Byte(c.AsInt32()).Store(to.C);
        Avx512F.ConvertToVector128Byte(d.AsInt32()).Store(to.D);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Normalise(
        Vector512<byte> pixels, int index, Vector512<byte> mean, Vector512<byte> std, Vector512<byte> reciprocal)
    {
        var shifted = index == 0 ? pixels.AsInt32() : pixels.AsInt32() >>> (8 * index);
        var value = Vector512.ConvertToSingle(shifted & Vector512.Create(0xFF)) - mean.AsSingle();
        var quotient = value * reciprocal.AsSingle();
        var rest = Avx512F.FusedMultiplyAddNegated(quotient, std.AsSingle(), value);
        return Avx512F.FusedMultiplyAdd(rest, reciprocal.AsSingle(), quotient).AsByte();
    }
}
