using System.Text.Json.Serialization;

namespace OpenSegR.Realtime.Bench;

/// <summary>JSON of the lines between processes, with names in snake_case.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WorkerJob))]
[JsonSerializable(typeof(WorkerCommand))]
[JsonSerializable(typeof(WorkerReply))]
internal sealed partial class BenchJson : JsonSerializerContext;
