using System.Text.Json.Serialization;

namespace OpenSegR.Realtime.Pipeline;

/// <summary>Generated serialisation of reports: no reflection at run time, fixed names.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PipelineReport))]
internal sealed partial class PipelineJson : JsonSerializerContext;
