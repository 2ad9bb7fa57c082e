using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace OpenSegR.Realtime.Segmentation.Resampling;

/// <summary>
/// 16 bytes, one unit, on any processor that .NET runs on. Where x86 has one instruction for what no other has, the same is made of several.
/// </summary>
internal readonly unsafe struct Register128 : IRegister<Vector128<byte>>, IByteWindow<Vector128<byte>>
{
    public static int Units => 1;

    public static int WindowBytes => 16;

    // One pixel, which fits in a window at any scale.
    public static int FewestBytes(int lanes) => 3;

    // "Native": what a place above 15 gives differs between processors, but with the top bit set all give 0.
    public static Vector128<byte> Pick(byte* first, byte* last, Vector128<byte> places) =>
        Vector128.ShuffleNative(Vector128.Load(first), places);

    public static Vector128<byte> PickWords(byte* first, byte* last, Vector128<byte> places) => Pick(first, last, places);

    public static Vector128<byte> Load(byte* from) => Vector128.Load(from);

    public static void Store(Vector128<byte> value, byte* to) => value.Store(to);

    public static Vector128<byte> Repeat(int value) => Vector128.Create(value).AsByte();

    public static Vector128<byte> AddWords(Vector128<byte> a, Vector128<byte> b) => (a.AsInt16() + b.AsInt16()).AsByte();

    public static Vector128<byte> AddIntegers(Vector128<byte> a, Vector128<byte> b) => (a.AsInt32() + b.AsInt32()).AsByte();

    public static Vector128<byte> MultiplyAddBytes(Vector128<byte> bytes, Vector128<byte> weights)
    {
        if (Ssse3.IsSupported)
        {
            return Ssse3.MultiplyAddAdjacent(bytes, weights.AsSByte()).AsByte();
        }

        // Weights are below 128, so that the products of bytes without a sign are the same.
        var (low, words) = (Vector128.Create((short)0xFF), bytes.AsInt16());
        return (((words & low) * (weights.AsInt16() & low)) + ((words >>> 8) * (weights.AsInt16() >>> 8))).AsByte();
    }

    public static Vector128<byte> MultiplyAddWords(Vector128<byte> words, Vector128<byte> weights)
    {
        if (Sse2.IsSupported)
        {
            return Sse2.MultiplyAddAdjacent(words.AsInt16(), weights.AsInt16()).AsByte();
        }

        var (integers, factors) = (words.AsInt32(), weights.AsInt32());
        return (((integers << 16 >> 16) * (factors << 16 >> 16)) + ((integers >> 16) * (factors >> 16))).AsByte();
    }

    public static Vector128<byte> DivideWords(Vector128<byte> words, Vector128<byte> reciprocals, int shift)
    {
        if (Sse2.IsSupported)
        {
            return (Sse2.MultiplyHigh(words.AsUInt16(), reciprocals.AsUInt16()) >>> shift).AsByte();
        }

        var (low, high) = Vector128.Widen(words.AsUInt16());
        var (lowFactor, highFactor) = Vector128.Widen(reciprocals.AsUInt16());
        return Vector128.Narrow((low * lowFactor) >>> (16 + shift), (high * highFactor) >>> (16 + shift)).AsByte();
    }

    public static Vector128<byte> Join(Vector128<byte> high, Vector128<byte> low) =>
        (((high.AsInt32() << Digits.LowBits) + low.AsInt32()) >> ResampleAxis.Precision).AsByte();

    public static Vector128<byte> InterleaveLow(Vector128<byte> a, Vector128<byte> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : (Vector128.WidenLower(a) | (Vector128.WidenLower(b) << 8)).AsByte();

    public static Vector128<byte> InterleaveHigh(Vector128<byte> a, Vector128<byte> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : (Vector128.WidenUpper(a) | (Vector128.WidenUpper(b) << 8)).AsByte();

    public static Vector128<byte> NarrowWords(Vector128<byte> a, Vector128<byte> b)
    {
        if (Sse2.IsSupported)
        {
            return Sse2.PackUnsignedSaturate(a.AsInt16(), b.AsInt16());
        }

        // No sum is negative.
        var limit = Vector128.Create((short)byte.MaxValue);
        return Vector128.Narrow(Vector128.Min(a.AsInt16(), limit).AsUInt16(), Vector128.Min(b.AsInt16(), limit).AsUInt16());
    }

    // No sum is above 256.
    public static Vector128<byte> NarrowIntegers(Vector128<byte> a, Vector128<byte> b) =>
        Sse2.IsSupported ? Sse2.PackSignedSaturate(a.AsInt32(), b.AsInt32()).AsByte() : Vector128.Narrow(a.AsInt32(), b.AsInt32()).AsByte();

    public static void StoreWords(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, Vector128<byte> d, FourRows to, int step)
    {
        var (ab, cd) = (NarrowWords(a, b).AsUInt64(), NarrowWords(c, d).AsUInt64());
        Unsafe.WriteUnaligned(to.A, ab.GetElement(0));
        Unsafe.WriteUnaligned(to.B, ab.GetElement(1));
        Unsafe.WriteUnaligned(to.C, cd.GetElement(0));
        Unsafe.WriteUnaligned(to.D, cd.GetElement(1));
    }

    public static void StoreIntegers(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, Vector128<byte> d, FourRows to, int step)
    {
        var bytes = NarrowWords(NarrowIntegers(a, b), NarrowIntegers(c, d)).AsUInt32();
        Unsafe.WriteUnaligned(to.A, bytes.GetElement(0));
        Unsafe.WriteUnaligned(to.B, bytes.GetElement(1));
        Unsafe.WriteUnaligned(to.C, bytes.GetElement(2));
        Unsafe.WriteUnaligned(to.D, bytes.GetElement(3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Normalise(
        Vector128<byte> pixels, int index, Vector128<byte> mean, Vector128<byte> std, Vector128<byte> reciprocal)
    {
        var shifted = index == 0 ? pixels.AsInt32() : pixels.AsInt32() >>> (8 * index);
        var value = Vector128.ConvertToSingle(shifted & Vector128.Create(0xFF)) - mean.AsSingle();
        if (!Fma.IsSupported && !AdvSimd.IsSupported)
        {
            return (value / std.AsSingle()).AsByte();
        }

        var quotient = value * reciprocal.AsSingle();
        var rest = Vector128.FusedMultiplyAdd(-quotient, std.AsSingle(), value);
        return Vector128.FusedMultiplyAdd(rest, reciprocal.AsSingle(), quotient).AsByte();
    }
}
