using System.Runtime.InteropServices;
using OpenCvSharp;

namespace OpenSegR.Realtime.Tests.OpenCv;

public sealed class MatTests
{
    [Fact]
    public void NewMatIsEmpty()
    {
        using var mat = new Mat();
        Assert.True(mat.Empty());
        Assert.Equal(IntPtr.Zero, mat.Data);
        Assert.Equal(new Size(0, 0), mat.Size());
        Assert.Equal(0, mat.Total());
        Assert.Equal(0, mat.Step());
    }

    [Fact]
    public void ScalarConstructorFillsEveryElement()
    {
        using var mat = new Mat(3, 5, MatType.CV_8UC3, new Scalar(1, 2, 3));
        Assert.Equal((3, 5, 3, 5), (mat.Rows, mat.Cols, mat.Height, mat.Width));
        Assert.Equal(MatType.CV_8UC3, mat.Type());
        Assert.Equal((MatType.CV_8U, 3, 3), (mat.Depth(), mat.Channels(), mat.ElemSize()));
        Assert.Equal(15, mat.Step());
        Assert.True(mat.IsContinuous());
        Assert.Equal([1, 2, 3, 1, 2, 3], Bytes(mat)[^6..]);
    }

    [Fact]
    public void FromPixelDataBorrowsPaddedMemory()
    {
        // Rows of 4 bytes, of which 3 are pixels.
        var memory = GC.AllocateArray<byte>(8, pinned: true);
        for (var i = 0; i < 8; i++)
        {
            memory[i] = (byte)i;
        }

        using (var mat = Mat.FromPixelData(2, 3, MatType.CV_8UC1, Marshal.UnsafeAddrOfPinnedArrayElement(memory, 0), 4))
        {
            Assert.Equal(4, mat.Step());
            Assert.False(mat.IsContinuous());
            Assert.Equal(6, mat.At<byte>(1, 2));
            using var copy = mat.Clone();
            Assert.True(copy.IsContinuous());
            Assert.Equal([0, 1, 2, 4, 5, 6], Bytes(copy));
            mat.At<byte>(0, 0) = 9;
            Assert.Equal(0, copy.At<byte>(0, 0));
        }

        Assert.Equal(9, memory[0]);
    }

    [Fact]
    public void CopyToKeepsTheTargetsMemoryWhereItFits()
    {
        using var source = new Mat(2, 2, MatType.CV_8UC1, new Scalar(7));
        using var target = new Mat(2, 2, MatType.CV_8UC1, new Scalar(0));
        var before = target.Data;
        source.CopyTo(target);
        Assert.Equal(before, target.Data);
        Assert.Equal([7, 7, 7, 7], Bytes(target));

        using var mask = new Mat(2, 2, MatType.CV_8UC1, new Scalar(0));
        mask.At<byte>(1, 0) = 255;
        using var masked = new Mat(2, 2, MatType.CV_8UC1, new Scalar(1));
        source.CopyTo(masked, mask);
        Assert.Equal([1, 1, 7, 1], Bytes(masked));
    }

    [Fact]
    public void RegionSharesMemory()
    {
        using var mat = new Mat(4, 4, MatType.CV_8UC1, new Scalar(0));
        using (var region = mat.SubMat(new Rect(1, 2, 2, 1)))
        {
            Assert.True(region.IsSubmatrix());
            region.SetTo(new Scalar(5));
        }

        Assert.Equal([0, 5, 5, 0], Bytes(mat)[8..12]);
    }

    [Fact]
    public void ConvertToScalesAndClamps()
    {
        using var mat = new Mat(1, 3, MatType.CV_32FC1);
        mat.At<float>(0, 0) = -1;
        mat.At<float>(0, 1) = 0.5f;
        mat.At<float>(0, 2) = 2;
        using var bytes = new Mat();
        mat.ConvertTo(bytes, MatType.CV_8UC1, 200, 1);
        Assert.Equal([0, 101, 255], Bytes(bytes));
    }

    [Fact]
    public void DisposedMatThrowsAndDisposesOnce()
    {
        var mat = new Mat(1, 1, MatType.CV_8UC1);
        mat.Dispose();
        mat.Dispose();
        Assert.True(mat.IsDisposed);
        Assert.Equal(IntPtr.Zero, mat.CvPtr);
        Assert.Throws<ObjectDisposedException>(() => mat.Rows);
        Assert.Throws<ObjectDisposedException>(() => mat.Clone());
        using var other = new Mat(1, 1, MatType.CV_8UC1);
        Assert.Throws<ObjectDisposedException>(() => mat.CopyTo(other));
        Assert.Throws<ObjectDisposedException>(() => other.CopyTo(mat));
    }

    [Fact]
    public void DisposingAViewLeavesTheMatrixUsable()
    {
        using var mat = new Mat(2, 2, MatType.CV_8UC1, new Scalar(3));
        InputArray view = mat;
        view.Dispose();
        using var turned = new Mat();
        Assert.Throws<ObjectDisposedException>(() => Cv2.Rotate(view, turned, RotateFlags.Rotate180));
        Cv2.Rotate(mat, turned, RotateFlags.Rotate180);
        Assert.Equal([3, 3, 3, 3], Bytes(turned));
    }

    [Fact]
    public void BadArgumentsBecomeOpenCvExceptions()
    {
        using var mat = new Mat(2, 2, MatType.CV_8UC1);
        var outside = Assert.Throws<OpenCVException>(() => mat.SubMat(new Rect(1, 1, 2, 2)));
        Assert.Equal(ErrorCode.StsAssert, outside.Status);
        Assert.Contains("roi", outside.Message, StringComparison.Ordinal);
        Assert.NotEqual(0, outside.Line);
        Assert.Throws<OpenCVException>(() => new Mat(-1, 2, MatType.CV_8UC1));
        var tooLarge = Assert.Throws<OpenCVException>(() => new Mat(int.MaxValue, int.MaxValue, MatType.CV_8UC4));
        Assert.Equal(ErrorCode.StsNoMem, tooLarge.Status);
        Assert.Throws<OpenCvSharpException>(() => MatType.CV_8UC(0));
    }

    [Fact]
    public void NullArgumentsAreRefused()
    {
        using var mat = new Mat();
        Assert.Throws<ArgumentNullException>(() => Cv2.Resize((Mat)null!, mat, new Size(1, 1)));
        Assert.Throws<ArgumentNullException>(() => new Mat(null!, new Rect(0, 0, 1, 1)));
    }

    [Fact]
    public void ViewsAreMadeOnceSoThatCallsAllocateNothing()
    {
        using var source = new Mat(8, 8, MatType.CV_8UC3, new Scalar(1, 2, 3));
        using var target = new Mat(4, 4, MatType.CV_8UC3);
        Cv2.SetNumThreads(1);
        void Once() => Cv2.Resize(source, target, new Size(4, 4));
        for (var i = 0; i < 100; i++)
        {
            Once();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Once();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(0, "CV_8UC1")]
    [InlineData(16, "CV_8UC3")]
    [InlineData(13, "CV_32FC2")]
    [InlineData(32, "CV_8UC(5)")]
    public void TypeNames(int value, string name)
    {
        MatType type = value;
        Assert.Equal(name, type.ToString());
        Assert.Equal(type, MatType.MakeType(type.Depth, type.Channels));
        Assert.True(type == value);
    }

    internal static byte[] Bytes(Mat mat)
    {
        Assert.True(mat.IsContinuous());
        var bytes = new byte[mat.Total() * mat.ElemSize()];
        Marshal.Copy(mat.Data, bytes, 0, bytes.Length);
        return bytes;
    }
}
