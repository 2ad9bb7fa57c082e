namespace OpenSegR.Realtime.Capture;

/// <summary>The objects in the JSON that <see cref="LabelMapSink"/> writes; its documentation says what they mean.</summary>
internal static class LabelMapEntries
{
    internal sealed record SegmentEntry(int Id, int ClassIndex, string Class, bool IsThing, float Score);

    internal sealed record FrameSegments(string File, IReadOnlyList<SegmentEntry> Segments);

    internal sealed record ClassEntry(int Index, string Name, bool IsThing);

    internal sealed record VocabularyEntry(long FromFrame, IReadOnlyList<ClassEntry> Classes);

    internal sealed record Legend(int Void, string Values, IReadOnlyList<VocabularyEntry> Vocabularies);
}
