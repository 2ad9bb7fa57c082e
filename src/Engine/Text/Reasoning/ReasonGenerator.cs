namespace OpenSegR.Realtime.Text.Reasoning;

/// <summary>
/// Lets a multimodal model reason about classes, in general or in one image, and checks every word of its replies. Good replies are
/// cached by what was asked; nothing here is on the way of a frame.
/// </summary>
/// <param name="client">Reaches the model; it stays the caller's.</param>
/// <param name="cache">Where replies are kept, or null.</param>
/// <param name="warn">Told one line of what was left out; may be null.</param>
public sealed class ReasonGenerator(ChatClient client, ReplyCache? cache = null, Action<string>? warn = null)
{
    // A reply that is not of the asked form is asked for again, with a reminder.
    private const int Attempts = 3;
    private const int ParallelQuestions = 4;
    private const int ClassesPerQuestion = 150;
    private const int DescriptionTokens = 600;
    private const int PickTokens = 2000;
    private const int ReasonTokens = 400;
    private const int MaxDescriptionLength = 4000;

    /// <summary>Reasons about every class of a vocabulary in general.</summary>
    /// <returns>One entry a class, in the vocabulary's order; classes without a usable reply are left out.</returns>
    /// <exception cref="InputException">The endpoint refuses requests.</exception>
    /// <exception cref="SegrException">It cannot be reached, or gives no usable reply for any class.</exception>
    public async Task<ReasonSet> GenerateAsync(
        Vocabulary vocabulary, IProgress<ReasoningProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        var entries = await ReasonAsync(
            [.. vocabulary.Classes.Select(c => c.Name)],
            name => new ChatRequest(ReasoningPrompts.Instructions, ReasoningPrompts.Reason(name), null, ReasonTokens),
            progress,
            cancellationToken).ConfigureAwait(false);
        return new ReasonSet(ReasonKind.Generic, entries);
    }

    /// <summary>Describes an image, picks the classes that are in it, and reasons about each of them.</summary>
    /// <param name="vocabulary">The classes to choose from.</param>
    /// <param name="image">The image.</param>
    /// <param name="aligner">Finds the class of a name that is not in the vocabulary; null drops such names.</param>
    /// <param name="progress">Told from time to time; may be null.</param>
    /// <param name="cancellationToken">Ends the work; replies that came are cached.</param>
    /// <returns>One entry for each class that is in the image, in the vocabulary's order.</returns>
    /// <exception cref="InputException">The endpoint refuses requests.</exception>
    /// <exception cref="SegrException">It cannot be reached, gives no usable reply, or sees none of the classes.</exception>
    public async Task<ReasonSet> GenerateForImageAsync(
        Vocabulary vocabulary,
        ChatImage image,
        ClassAligner? aligner = null,
        IProgress<ReasoningProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentNullException.ThrowIfNull(image);
        progress?.Report(new ReasoningProgress("describing the image", 0, 1));
        var question = new ChatRequest(ReasoningPrompts.Instructions, ReasoningPrompts.Describe, image, DescriptionTokens);
        var description = await AskAsync(question, static reply => reply, cancellationToken).ConfigureAwait(false)
            ?? throw new SegrException("the chat endpoint gives no description of the image");
        description = description.Length <= MaxDescriptionLength ? description : description[..MaxDescriptionLength];

        var present = await PickAsync(vocabulary, image, description, aligner, progress, cancellationToken).ConfigureAwait(false);
        var entries = await ReasonAsync(
            [.. present.Select(i => vocabulary.Classes[i].Name)],
            name => new ChatRequest(ReasoningPrompts.Instructions, ReasoningPrompts.ReasonForImage(description, name), image, ReasonTokens),
            progress,
            cancellationToken).ConfigureAwait(false);
        return new ReasonSet(ReasonKind.Image, entries);
    }

    private async Task<List<int>> PickAsync(
        Vocabulary vocabulary,
        ChatImage image,
        string description,
        ClassAligner? aligner,
        IProgress<ReasoningProgress>? progress,
        CancellationToken cancellationToken)
    {
        var names = new List<string>();
        var parts = vocabulary.Classes.Select(c => c.Name).Chunk(ClassesPerQuestion).ToList();
        for (var i = 0; i < parts.Count; i++)
        {
            progress?.Report(new ReasoningProgress("picking classes", i, parts.Count));
            var question = new ChatRequest(ReasoningPrompts.Instructions, ReasoningPrompts.Pick(description, parts[i]), image, PickTokens);
            var picked = await AskAsync(question, reply => JsonReply.Find(reply, ReasonReply.Classes), cancellationToken).ConfigureAwait(false)
                ?? throw new SegrException("the chat endpoint does not say which classes are in the image: no reply has the asked form");
            names.AddRange(picked);
        }

        var present = new SortedSet<int>();
        var dropped = new List<string>();
        var classes = (aligner ?? new ClassAligner(vocabulary)).Align(names, cancellationToken);
        for (var i = 0; i < names.Count; i++)
        {
            if (classes[i] >= 0)
            {
                present.Add(classes[i]);
            }
            else
            {
                dropped.Add(names[i]);
            }
        }

        if (dropped.Count > 0)
        {
            warn?.Invoke($"the model named {dropped.Count} classes that are not in the vocabulary nor near one of it, "
                + $"'{dropped[0]}' among them: they were dropped");
        }

        return present.Count > 0 ? [.. present] : throw new SegrException("the model sees none of the vocabulary's classes in the image");
    }

    private async Task<List<ReasonEntry>> ReasonAsync(
        List<string> names, Func<string, ChatRequest> question, IProgress<ReasoningProgress>? progress, CancellationToken cancellationToken)
    {
        var entries = new ReasonEntry?[names.Count];
        var done = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = ParallelQuestions, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, names.Count, options, async (i, token) =>
        {
            entries[i] = await AskAsync(
                question(names[i]),
                reply => JsonReply.Find(reply, json => ReasonReply.Reasons(json, names[i], reply)),
                token).ConfigureAwait(false);
            progress?.Report(new ReasoningProgress("reasoning", Interlocked.Increment(ref done), names.Count));
        }).ConfigureAwait(false);

        var missing = names.Where((_, i) => entries[i] is null).ToList();
        if (missing.Count == names.Count)
        {
            throw new SegrException("the chat endpoint gives no usable reasons for any class: no reply has the asked form");
        }

        if (missing.Count > 0)
        {
            warn?.Invoke($"no usable reasons for {missing.Count} of {names.Count} classes, '{missing[0]}' among them: they were left out");
        }

        return [.. entries.OfType<ReasonEntry>()];
    }

    /// <summary>Asks until a reply is of the form that is wanted; null where none is.</summary>
    private async Task<T?> AskAsync<T>(ChatRequest request, Func<string, T?> read, CancellationToken cancellationToken) where T : class
    {
        var key = request.KeyFor(client.Endpoint);
        if (cache?.Find(key) is { } known && read(known) is { } cached)
        {
            return cached;
        }

        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var asked = attempt == 0 ? request : request with { Question = request.Question + ReasoningPrompts.Again };
            var reply = await client.AskAsync(asked, cancellationToken).ConfigureAwait(false);
            if (read(reply) is { } result)
            {
                cache?.Store(key, reply);
                return result;
            }
        }

        return null;
    }
}
