using OpenSegR.Realtime.Models;

namespace OpenSegR.Realtime.Import;

/// <summary>What a checkpoint turned out to hold.</summary>
/// <param name="MaftPlus">Sizes, where it is MAFT+.</param>
/// <param name="Sed">Sizes, where it is SED.</param>
/// <param name="Tensors">The tensors that inference needs.</param>
/// <param name="Skipped">The tensors that it does not, and why.</param>
internal sealed record RecognisedModel(MaftPlusSizes? MaftPlus, SedSizes? Sed, IReadOnlyList<TensorSpec> Tensors, IReadOnlyList<SkippedTensor> Skipped);
