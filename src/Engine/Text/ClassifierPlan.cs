namespace OpenSegR.Realtime.Text;

/// <summary>Which classes of a vocabulary are in play, their sentences, and which rows compete for each class under each reason.</summary>
internal sealed class ClassifierPlan
{
    private ClassifierPlan(int reasonCount, TextEnsemble ensemble)
    {
        ReasonCount = reasonCount;
        Ensemble = ensemble;
    }

    /// <summary>Sentences of each class in play.</summary>
    public List<ClassPrompts> Prompts { get; } = [];

    /// <summary>Number of each class in play.</summary>
    public List<int> ClassIndex { get; } = [];

    /// <summary>R, 1 without reasoning.</summary>
    public int ReasonCount { get; }

    private TextEnsemble Ensemble { get; }

    /// <summary>Decides for every class of a vocabulary.</summary>
    /// <exception cref="InputException">Reasoning speaks about none of the classes.</exception>
    public static ClassifierPlan Make(Vocabulary vocabulary, TextClassifierOptions options, Action<string>? warn)
    {
        var isReference = options.Ensemble == TextEnsemble.Reference;
        var plan = new ClassifierPlan(options.Reasons is null ? 1 : options.ReasonCount, options.Ensemble);
        var order = isReference ? PromptOrder.ByTemplate : PromptOrder.ByReason;
        var unmatched = new List<string>();
        for (var c = 0; c < vocabulary.Count; c++)
        {
            var names = vocabulary.Classes[c].Synonyms;
            IReadOnlyList<string> reasons = [];
            if (options.Reasons is { } set)
            {
                if (set.Find(names, ignoreCase: !isReference) is { } entry)
                {
                    // The reference needs at least R reasons; a shorter list is used in turn instead.
                    reasons = [.. Enumerable.Range(0, plan.ReasonCount).Select(r => entry.Attributes[r % entry.Attributes.Count])];
                }
                else
                {
                    unmatched.Add(names[0]);
                    if (isReference || set.Kind == ReasonKind.Image)
                    {
                        // Reasoning for an image leaves out the classes that are not in it.
                        continue;
                    }
                }
            }

            // With generic reasoning the reference forgets which classes it left out: the others move up.
            var shifts = isReference && options.Reasons?.Kind == ReasonKind.Generic;
            plan.ClassIndex.Add(shifts ? plan.ClassIndex.Count : c);
            plan.Prompts.Add(new ClassPrompts(options.Templates, names, reasons, order));
        }

        Report(unmatched, vocabulary.Count, options, warn);
        return plan;
    }

    /// <summary>[T * R] rows that compete for class t under reason r, at t * R + r.</summary>
    public IReadOnlyList<int[]> Groups()
    {
        if (Ensemble == TextEnsemble.Reference)
        {
            return TextClassifier.ReferenceGroups([.. Prompts.Select(prompts => prompts.RowCount)], ReasonCount);
        }

        var groups = new List<int[]>(Prompts.Count * ReasonCount);
        var first = 0;
        foreach (var prompts in Prompts)
        {
            // Rows lie as (name, reason); bare names serve every reason.
            var stride = Math.Max(1, prompts.Reasons.Count);
            for (var r = 0; r < ReasonCount; r++)
            {
                var reason = Math.Min(r, stride - 1);
                groups.Add([.. Enumerable.Range(0, prompts.Names.Count).Select(name => first + (name * stride) + reason)]);
            }

            first += prompts.RowCount;
        }

        return groups;
    }

    private static void Report(List<string> unmatched, int classes, TextClassifierOptions options, Action<string>? warn)
    {
        if (unmatched.Count == classes && options.Reasons is not null)
        {
            throw new InputException(
                "the reasoning speaks about none of the vocabulary's classes; its keys must hold a class's name or a synonym");
        }

        if (unmatched.Count > 0)
        {
            var fate = options.Reasons!.Kind == ReasonKind.Image ? "they are taken as absent from the image"
                : options.Ensemble == TextEnsemble.Reference ? "they are left out and later classes move up, as in the reference"
                : "they keep their bare names";
            var names = string.Join(", ", unmatched.Take(5).Select(name => $"'{name}'"));
            var more = unmatched.Count > 5 ? ", ..." : "";
            warn?.Invoke($"the reasoning says nothing about {unmatched.Count} of {classes} classes ({names}{more}): {fate}");
        }
    }
}
