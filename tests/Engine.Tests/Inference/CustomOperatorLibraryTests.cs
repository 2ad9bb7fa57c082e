using OpenSegR.Realtime.Inference;

namespace OpenSegR.Realtime.Tests.Inference;

public sealed class CustomOperatorLibraryTests
{
    [Fact]
    public void TheLibraryThatWasBuiltWithTheProgramIsOfItsVersion()
    {
        Assert.SkipUnless(File.Exists(CustomOperatorLibrary.Path), "the library was not built");
        Assert.Null(CustomOperatorLibrary.FindVersionProblem(CustomOperatorLibrary.Path));
        Assert.Null(CustomOperatorLibrary.Problem);
    }

    [Fact]
    public void ALibraryOfAnotherVersionIsRefusedInOneLineThatSaysWhichAndWhatToDo()
    {
        // Has no such function, as libraries before the first version.
        var old = Path.Combine(AppContext.BaseDirectory, "libonnxruntime.so");
        Assert.SkipUnless(File.Exists(old), "ONNX Runtime's library is not beside the tests");
        Assert.Equal(
            $"{old} has version 0 of its interface, this program needs 1: run './segr setup', which builds it", CustomOperatorLibrary.FindVersionProblem(old));
    }

    [Fact]
    public void WhatIsNoLibraryIsLeftToOnnxRuntimeToRefuse() =>
        Assert.Null(CustomOperatorLibrary.FindVersionProblem(typeof(CustomOperatorLibraryTests).Assembly.Location));
}
