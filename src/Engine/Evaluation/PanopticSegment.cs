namespace OpenSegR.Realtime.Evaluation;

/// <summary>One segment of a panoptic map, true or predicted.</summary>
/// <param name="Id">Its value in the map, greater than 0.</param>
/// <param name="Category">Its class.</param>
/// <param name="IsCrowd">True for a group that was labelled as one; only the truth has them.</param>
public readonly record struct PanopticSegment(int Id, int Category, bool IsCrowd = false);
