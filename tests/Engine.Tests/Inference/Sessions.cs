using OpenSegR.Realtime.Inference;

namespace OpenSegR.Realtime.Tests.Inference;

internal static class Sessions
{
    /// <summary>CPU sessions; skips the test where it needs the operator library and that was not built.</summary>
    public static SessionFactory Create(bool customOperators = false)
    {
        if (customOperators && CustomOperatorLibrary.Problem is { } problem)
        {
            Assert.Skip(problem);
        }

        return new SessionFactory(new InferenceSettings { Provider = ExecutionProvider.Cpu, Threads = 2, CustomOperators = customOperators });
    }
}
