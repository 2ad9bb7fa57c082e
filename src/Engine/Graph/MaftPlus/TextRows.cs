namespace OpenSegR.Realtime.Graph.MaftPlus;

/// <summary>The words as the segmentor graph sees them.</summary>
/// <param name="Rows">[K+1, C] text rows, the model's void row last.</param>
/// <param name="Groups">
/// int64 [R, T, S]: the rows that compete by maximum for class t under reason r, shorter groups padded by repeating a row.
/// </param>
/// <param name="Reasons">R.</param>
/// <param name="Reasoning">True where dumps show the axis of reasons, as the reference does with reasoning.</param>
internal readonly record struct TextRows(Value Rows, Value Groups, Dim Reasons, bool Reasoning);
