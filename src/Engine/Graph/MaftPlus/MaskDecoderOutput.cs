namespace OpenSegR.Realtime.Graph.MaftPlus;

/// <summary>What the mask decoder hands on.</summary>
/// <param name="Masks">Mask logits [Q, h*w] at stride 4.</param>
/// <param name="CoarseMasks">The same bilinearly resized to stride 32.</param>
/// <param name="ClassLogits">[Q, R, T+1]; only the void column is used later.</param>
internal readonly record struct MaskDecoderOutput(Value Masks, Value CoarseMasks, Value ClassLogits);
