using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Graph;

/// <summary>A classifier's groups as the table that segmentor graphs take (<see cref="SegmentorTensors.Groups"/>).</summary>
/// <param name="Rows">[R, T, S] rows that compete by maximum, shorter groups padded by repeating their first row.</param>
/// <param name="Reasons">R.</param>
/// <param name="Classes">T.</param>
/// <param name="Longest">S, rows of the longest group.</param>
internal sealed record TextGroups(long[] Rows, int Reasons, int Classes, int Longest)
{
    /// <summary>Lays out the groups of a classifier.</summary>
    public static TextGroups Create(TextClassifier classifier)
    {
        var (reasons, classes) = (classifier.ReasonCount, classifier.ClassIndex.Length);
        var longest = classifier.Groups.Count == 0 ? 0 : classifier.Groups.Max(group => group.Length);
        var rows = new long[checked(reasons * classes * longest)];
        var i = 0;
        for (var reason = 0; reason < reasons; reason++)
        {
            for (var t = 0; t < classes; t++)
            {
                var group = classifier.Groups[(t * reasons) + reason];
                for (var s = 0; s < longest; s++)
                {
                    rows[i++] = group[s < group.Length ? s : 0];
                }
            }
        }

        return new TextGroups(rows, reasons, classes, longest);
    }
}
