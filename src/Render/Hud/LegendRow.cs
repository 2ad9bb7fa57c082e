namespace OpenSegR.Realtime.Render.Hud;

/// <summary>One class of a picture.</summary>
/// <param name="ClassIndex">Index in the vocabulary.</param>
/// <param name="Area">Pixels of the label map.</param>
/// <param name="Count">Segments.</param>
internal readonly record struct LegendRow(int ClassIndex, long Area, int Count);
