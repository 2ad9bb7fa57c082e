using OpenSegR.Realtime.Text.Cleaning;

namespace OpenSegR.Realtime.Text;

/// <summary>
/// Reasoning about classes, generic or for one image, as OpenSeg-R's files hold it. Read and written by <see cref="ReasonFile"/>.
/// </summary>
public sealed class ReasonSet
{
    private readonly Dictionary<string, int> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _anyCase = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates a set.</summary>
    /// <param name="kind">What the entries speak about.</param>
    /// <param name="entries">The entries, in the order in which they are looked through.</param>
    public ReasonSet(ReasonKind kind, IReadOnlyList<ReasonEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        Kind = kind;
        Entries = entries;
        for (var i = 0; i < entries.Count; i++)
        {
            foreach (var part in entries[i].Key.Split(','))
            {
                // The first entry that holds a name owns it.
                var name = PythonText.CollapseSpace(part);
                _exact.TryAdd(name, i);
                _anyCase.TryAdd(name, i);
            }
        }
    }

    /// <summary>What the entries speak about.</summary>
    public ReasonKind Kind { get; }

    /// <summary>The entries, in the order in which they are looked through.</summary>
    public IReadOnlyList<ReasonEntry> Entries { get; }

    /// <summary>
    /// The entry for a class: the first one with any of the class's names among its own
    /// (OpenSeg-R, maft/maft_plus.py, matched_class_indices). Null where there is none.
    /// </summary>
    /// <param name="names">The class's names.</param>
    /// <param name="ignoreCase">Whether "Dog" finds "dog" where no entry matches exactly; the reference does not.</param>
    public ReasonEntry? Find(IEnumerable<string> names, bool ignoreCase)
    {
        ArgumentNullException.ThrowIfNull(names);
        return First(names, _exact) ?? (ignoreCase ? First(names, _anyCase) : null);
    }

    private ReasonEntry? First(IEnumerable<string> names, Dictionary<string, int> index)
    {
        var first = names.Select(name => index.GetValueOrDefault(name, int.MaxValue)).DefaultIfEmpty(int.MaxValue).Min();
        return first == int.MaxValue ? null : Entries[first];
    }
}
