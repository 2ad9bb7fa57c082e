using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace OpenSegR.Realtime.Text;

/// <summary>
/// All sentences of one class. Consecutive groups of them are embedded, normalised, averaged and normalised again: one row each.
/// </summary>
/// <param name="Templates">The sentences around a name.</param>
/// <param name="Names">The class's names, at least one.</param>
/// <param name="Reasons">Its attributes, or none for the bare names.</param>
/// <param name="Order">How the sentences are ordered and grouped.</param>
internal sealed record ClassPrompts(PromptTemplates Templates, IReadOnlyList<string> Names, IReadOnlyList<string> Reasons, PromptOrder Order)
{
    // What OpenSeg-R puts between a name and an attribute (maft/maft_plus.py, process_cot_text).
    private const string Link = " that has ";

    /// <summary>Sentences that are averaged into one row.</summary>
    public int GroupSize => Order == PromptOrder.RowPerTemplate ? Names.Count : Templates.Count;

    /// <summary>Rows that the class becomes.</summary>
    public int RowCount => Order == PromptOrder.RowPerTemplate ? Templates.Count : Names.Count * Math.Max(1, Reasons.Count);

    /// <summary>The sentences, <see cref="RowCount"/> times <see cref="GroupSize"/> of them.</summary>
    public IEnumerable<string> Sentences()
    {
        if (Order == PromptOrder.RowPerTemplate)
        {
            for (var t = 0; t < Templates.Count; t++)
            {
                foreach (var name in Names)
                {
                    yield return Templates.Fill(t, name);
                }
            }

            yield break;
        }

        foreach (var name in Names)
        {
            IReadOnlyList<string> phrases = Reasons.Count == 0 ? [name] : [.. Reasons.Select(reason => name + Link + reason)];
            var outer = Order == PromptOrder.ByReason ? phrases.Count : Templates.Count;
            var inner = Order == PromptOrder.ByReason ? Templates.Count : phrases.Count;
            for (var i = 0; i < outer; i++)
            {
                for (var j = 0; j < inner; j++)
                {
                    var (template, phrase) = Order == PromptOrder.ByReason ? (j, i) : (i, j);
                    yield return Templates.Fill(template, phrases[phrase]);
                }
            }
        }
    }

    /// <summary>Adds everything that the rows depend on, besides tokenizer and text tower, to a hash.</summary>
    public void AppendTo(IncrementalHash hash)
    {
        // With no more than one reason both orders write the same sentences.
        Append(hash, Reasons.Count <= 1 && Order == PromptOrder.ByTemplate ? (int)PromptOrder.ByReason : (int)Order);
        Append(hash, Templates.Formats);
        Append(hash, Names);
        Append(hash, Reasons);
    }

    private static void Append(IncrementalHash hash, IReadOnlyList<string> texts)
    {
        // Lengths before the texts, so that no two lists give the same bytes.
        Append(hash, texts.Count);
        foreach (var text in texts)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Append(hash, bytes.Length);
            hash.AppendData(bytes);
        }
    }

    private static void Append(IncrementalHash hash, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }
}
