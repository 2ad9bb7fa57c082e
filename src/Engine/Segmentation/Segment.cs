namespace OpenSegR.Realtime.Segmentation;

/// <summary>One connected answer: a class present in the picture (semantic), a segment (panoptic) or an object (instance).</summary>
/// <param name="Id">Number of the segment in this picture, from 1; in panoptic mode the id of the reference's segments_info.</param>
/// <param name="ClassIndex">Index of the class in the vocabulary, from 0.</param>
/// <param name="IsThing">True for countable things, false for stuff.</param>
/// <param name="Score">Confidence, 0 to 1.</param>
/// <param name="Area">Pixels of the label map that carry it.</param>
/// <param name="Box">Tight bounding box in pixels of the label map.</param>
/// <param name="TrackId">Number that stays with the same object over time, or 0 where tracking is off.</param>
public readonly record struct Segment(int Id, int ClassIndex, bool IsThing, float Score, int Area, PixelBox Box, int TrackId = 0);
