using Microsoft.ML.OnnxRuntime;
using OpenSegR.Realtime.Inference;

namespace OpenSegR.Realtime.Tests.Inference;

public sealed class PinnedTensorTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WhatIsWrittenIsWhatOnnxRuntimeReadsWhateverTheSize(bool lentMemory)
    {
        OrtEnvironment.Require();
        using var tensor = new PinnedTensor<float>(lentMemory ? OrtAllocator.DefaultInstance : null);
        Assert.Equal(0, tensor.Span.Length);
        foreach (var columns in new[] { 5, 3, 700, 2 })
        {
            Assert.True(tensor.Resize(3, columns));
            for (var i = 0; i < tensor.Span.Length; i++)
            {
                tensor.Span[i] = i + 0.5f;
            }

            Assert.Equal([3L, columns], tensor.Value.GetTensorTypeAndShape().Shape);
            Assert.Equal(Enumerable.Range(0, 3 * columns).Select(i => i + 0.5f), tensor.Value.GetTensorDataAsSpan<float>().ToArray());
            var value = tensor.Value;
            Assert.False(tensor.Resize(3, columns));
            Assert.Same(value, tensor.Value);
        }
    }

    [Fact]
    public void PageLockedMemoryIsSaidToBeTheCpus()
    {
        OrtEnvironment.Require();
        using var tensor = new PinnedTensor<ushort>(OrtAllocator.DefaultInstance);
        tensor.Resize(4);
        using var info = tensor.Value.GetTensorMemoryInfo();
        Assert.Equal(OrtMemoryInfo.DefaultInstance.Name, info.Name);
        Assert.Equal(OrtMemoryInfo.DefaultInstance.GetMemoryType(), info.GetMemoryType());
    }

    [Fact]
    public void MoreMemoryThanThereCanBeIsALineAndTheTensorStaysUsable()
    {
        OrtEnvironment.Require();
        using var tensor = new PinnedTensor<float>(OrtAllocator.DefaultInstance);
        Assert.StartsWith("page-locked memory cannot be had", Assert.Throws<SegrException>(() => tensor.Resize(int.MaxValue)).Message, StringComparison.Ordinal);
        Assert.Equal(0, tensor.Span.Length);
        Assert.Throws<InvalidOperationException>(() => tensor.Value);
        Assert.True(tensor.Resize(2));
        Assert.Equal(2, tensor.Span.Length);
    }
}
