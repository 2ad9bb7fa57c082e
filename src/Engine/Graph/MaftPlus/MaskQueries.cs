namespace OpenSegR.Realtime.Graph.MaftPlus;

/// <summary>Queries ready to be multiplied with fine features: logits are Vectors x features + Offsets.</summary>
/// <param name="Vectors">[Q, C].</param>
/// <param name="Offsets">[Q, 1].</param>
internal readonly record struct MaskQueries(Value Vectors, Value Offsets);
