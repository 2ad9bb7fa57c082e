using System.Runtime.InteropServices;
using OpenCvSharp;
using OpenCvSharp.Internal;

namespace OpenSegR.Realtime.Tests.OpenCv;

public sealed class OpenCvVersionTests
{
    [Fact]
    public void TheLibraryThatWasBuiltWithTheProgramIsOfItsVersion() => Assert.NotEmpty(Cv2.GetVersionString() ?? "");

    [Fact]
    public void ALibraryOfAnotherVersionIsRefusedInOneLine()
    {
        // Has no such function, as libraries before the first version.
        var old = NativeLibrary.Load("libm.so.6");
        try
        {
            var error = Assert.Throws<DllNotFoundException>(() => NativeVersion.Require(old));
            Assert.EndsWith("libsegr_opencv.so has version 0 of its interface, this program needs 1", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            NativeLibrary.Free(old);
        }
    }
}
