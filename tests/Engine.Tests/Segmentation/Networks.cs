using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Tests.Segmentation;

/// <summary>Tiny hand-made network outputs.</summary>
internal static class Networks
{
    /// <summary>A vocabulary "c0+thing; c1; ..." whose classes are things where the index is in <paramref name="things"/>.</summary>
    public static TextClassifier Classifier(int classes, int reasons = 1, int[]? classIndex = null, params int[] things)
    {
        var vocabulary = new Vocabulary(Enumerable.Range(0, classes).Select(c => new VocabularyClass([$"c{c}"], things.Contains(c))).ToArray());
        classIndex ??= Enumerable.Range(0, classes).ToArray();
        var rows = classIndex.Length * reasons;
        var groups = TextClassifier.ReferenceGroups(Enumerable.Repeat(reasons, classIndex.Length).ToArray(), reasons);
        return new TextClassifier(vocabulary, 2, Enumerable.Range(0, rows * 2).Select(i => i % 2 == 0 ? 1f : 0f).ToArray(), classIndex, reasons, groups);
    }

    /// <summary>log(p + 1e-8) of literal probabilities, as the network gives them.</summary>
    public static float[] Logs(params float[] probabilities) => probabilities.Select(p => MathF.Log(p + 1e-8f)).ToArray();
}
