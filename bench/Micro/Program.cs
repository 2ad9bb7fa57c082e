using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace OpenSegR.Realtime.Bench.Micro;

/// <summary>
/// Micro-benchmarks of the hot pieces: <c>dotnet run -c Release --project bench/Micro -- --filter '*'</c>. They run inside one process, so
/// that they need nothing built beside them; three warm-ups and seven iterations are enough for ratios.
/// </summary>
internal static class Program
{
    public static void Main(string[] args)
    {
        var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(7);
        var config = ManualConfig.CreateEmpty().AddJob(job).AddLogger(ConsoleLogger.Default).AddColumnProvider(DefaultColumnProviders.Instance)
            .AddDiagnoser(MemoryDiagnoser.Default).AddExporter(MarkdownExporter.GitHub).WithArtifactsPath(Path.Combine("artifacts", "bench"));
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
    }
}
