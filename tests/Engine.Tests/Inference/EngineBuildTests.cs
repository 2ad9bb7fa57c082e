using OpenSegR.Realtime.Inference;

namespace OpenSegR.Realtime.Tests.Inference;

public sealed class EngineBuildTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Ever = TimeSpan.FromDays(1);

    [Fact]
    public void TheResultIsReturnedAndTheWaitIsTold()
    {
        using var told = new ManualResetEventSlim();
        var result = EngineBuild.Wait(
            () =>
            {
                told.Wait(TestContext.Current.CancellationToken);
                return 42;
            },
            Ever,
            _ => told.Set(),
            _ => Assert.Fail("it was waited for"),
            TestContext.Current.CancellationToken,
            Tick);
        Assert.Equal(42, result);
    }

    [Fact]
    public void AFailureIsThrownAsItIs()
    {
        var error = Assert.Throws<ModelException>(
            () => EngineBuild.Wait<int>(() => throw new ModelException("no"), Ever, _ => { }, _ => { }, TestContext.Current.CancellationToken));
        Assert.Equal("no", error.Message);
    }

    [Fact]
    public async Task WhatTakesTooLongIsLeftAndFreedWhenItIsDone()
    {
        using var go = new ManualResetEventSlim();
        var abandoned = new TaskCompletionSource<int>();
        var error = Assert.Throws<SegrException>(() => EngineBuild.Wait(
            () =>
            {
                go.Wait(TestContext.Current.CancellationToken);
                return 7;
            },
            TimeSpan.Zero,
            _ => { },
            abandoned.SetResult,
            TestContext.Current.CancellationToken,
            Tick));
        Assert.Contains("--engine-timeout", error.Message, StringComparison.Ordinal);
        Assert.False(abandoned.Task.IsCompleted);
        go.Set();
        Assert.Equal(7, await abandoned.Task.WaitAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ACancelledWaitIsLeftAndFreedWhenItIsDone()
    {
        using var cancellation = new CancellationTokenSource();
        using var go = new ManualResetEventSlim();
        var abandoned = new TaskCompletionSource<int>();
        Assert.Throws<OperationCanceledException>(() => EngineBuild.Wait(
            () =>
            {
                go.Wait(TestContext.Current.CancellationToken);
                return 7;
            },
            Ever,
            _ => cancellation.Cancel(),
            abandoned.SetResult,
            cancellation.Token,
            Tick));
        go.Set();
        Assert.Equal(7, await abandoned.Task.WaitAsync(TestContext.Current.CancellationToken));
    }
}
