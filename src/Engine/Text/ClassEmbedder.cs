using OpenSegR.Realtime.Text.Tokenization;

namespace OpenSegR.Realtime.Text;

/// <summary>Turns the sentences of classes into rows, from the cache where they are there, else by the text tower.</summary>
/// <param name="encoder">The text tower.</param>
/// <param name="tokenizer">Its tokenizer.</param>
/// <param name="cache">Where rows are kept, or null.</param>
internal sealed class ClassEmbedder(ITextEncoder encoder, ClipTokenizer tokenizer, EmbeddingCache? cache)
{
    // Sentences that are embedded at once. Classes are cached when their batch is done, so little is lost when the work is cancelled.
    private const int BatchSentences = 2048;

    // All rows of a vocabulary as one entry: one file to open. Larger ones are read class by class.
    private const long MaxCombinedValues = 16 << 20;

    /// <summary>Embeds classes.</summary>
    /// <param name="classes">The classes.</param>
    /// <param name="progress">Told from time to time; may be null.</param>
    /// <param name="cancellationToken">Ends the work between batches; finished classes stay in the cache.</param>
    /// <returns>[K, C] unit rows, class after class.</returns>
    /// <exception cref="InputException">There are more rows than an array holds.</exception>
    /// <exception cref="ModelException">The text tower gives no usable feature for a sentence.</exception>
    public float[] Embed(IReadOnlyList<ClassPrompts> classes, IProgress<EmbeddingProgress>? progress, CancellationToken cancellationToken)
    {
        var width = encoder.Dimension;
        var starts = new int[classes.Count + 1];
        for (var i = 0; i < classes.Count; i++)
        {
            var end = starts[i] + ((long)classes[i].RowCount * width);
            starts[i + 1] = end <= Array.MaxLength
                ? (int)end
                : throw new InputException("the vocabulary has too many names and reasons for one set of embeddings; use fewer");
        }

        var rows = new float[starts[^1]];
        if (cache is null)
        {
            Compute(classes, [.. Enumerable.Range(0, classes.Count)], null, starts, rows, progress, cancellationToken);
            return rows;
        }

        var keys = EmbeddingKey.OfClasses(encoder.Fingerprint, tokenizer.Fingerprint, classes);
        var combined = classes.Count > 1 && rows.Length <= MaxCombinedValues ? EmbeddingKey.OfAll(keys) : null;
        if (combined is not null && cache.TryRead(combined, width, rows))
        {
            return rows;
        }

        var missing = new List<int>();
        for (var i = 0; i < classes.Count; i++)
        {
            if (!cache.TryRead(keys[i], width, rows.AsSpan(starts[i]..starts[i + 1])))
            {
                missing.Add(i);
            }
        }

        Compute(classes, missing, keys, starts, rows, progress, cancellationToken);
        if (combined is not null)
        {
            cache.Write(combined, width, rows);
        }

        cache.Trim();
        return rows;
    }

    private void Compute(
        IReadOnlyList<ClassPrompts> classes,
        List<int> missing,
        byte[][]? keys,
        int[] starts,
        float[] rows,
        IProgress<EmbeddingProgress>? progress,
        CancellationToken cancellationToken)
    {
        var total = missing.Sum(i => classes[i].RowCount * classes[i].GroupSize);
        var done = 0;
        for (var first = 0; first < missing.Count;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var sentences = new List<string>();
            var last = first;
            do
            {
                sentences.AddRange(classes[missing[last++]].Sentences());
            }
            while (last < missing.Count && sentences.Count < BatchSentences);

            var before = done;
            var features = Encode(sentences, new BatchProgress(progress, before, total), cancellationToken);
            var offset = 0;
            for (; first < last; first++)
            {
                var i = missing[first];
                var own = rows.AsSpan(starts[i]..starts[i + 1]);
                Average(features.AsSpan(offset * encoder.Dimension), classes[i], own);
                offset += classes[i].RowCount * classes[i].GroupSize;
                if (keys is not null)
                {
                    cache!.Write(keys[i], encoder.Dimension, own);
                }
            }

            done += sentences.Count;
            progress?.Report(new EmbeddingProgress(done, total));
        }
    }

    private float[] Encode(List<string> sentences, IProgress<int> progress, CancellationToken cancellationToken)
    {
        var ids = tokenizer.Encode(sentences, encoder.ContextLength);
        var features = new float[checked(sentences.Count * encoder.Dimension)];
        encoder.Encode(ids, features, progress, cancellationToken);
        return features;
    }

    private void Average(ReadOnlySpan<float> features, ClassPrompts prompts, Span<float> rows)
    {
        var width = encoder.Dimension;
        var group = prompts.GroupSize * width;
        for (var row = 0; row < prompts.RowCount; row++)
        {
            if (!EmbeddingMath.TryAverage(features.Slice(row * group, group), rows.Slice(row * width, width)))
            {
                throw new ModelException(
                    $"the text tower gives no usable feature for '{prompts.Names[0]}': the model is damaged, import it again");
            }
        }
    }

    /// <summary>Turns rows of one batch into sentences of the whole.</summary>
    private sealed class BatchProgress(IProgress<EmbeddingProgress>? progress, int before, int total) : IProgress<int>
    {
        public void Report(int value) => progress?.Report(new EmbeddingProgress(before + value, total));
    }
}
