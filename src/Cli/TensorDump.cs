using OpenSegR.Realtime.Import;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;
using OpenSegR.Realtime.Text;

namespace OpenSegR.Realtime.Cli;

/// <summary>
/// Writes every named tensor of one picture's way through the model as safetensors, under the names and shapes that the reference tensors
/// have, so that the engine can be compared with the reference stage by stage.
/// </summary>
internal static class TensorDump
{
    /// <summary>Writes the file.</summary>
    /// <param name="path">The safetensors file.</param>
    /// <param name="model">The model.</param>
    /// <param name="segmentor">The segmentor that ran.</param>
    /// <param name="slot">What it ran on.</param>
    /// <param name="frame">The picture.</param>
    /// <param name="result">Its masks.</param>
    /// <param name="sentences">The sentences that became the words' embeddings, or null where the text tower was not used.</param>
    public static void Write(
        string path, SegmentationModel model, Segmentor segmentor, SegmentorSlot slot, Frame frame, SegmentationResult result,
        IReadOnlyList<string>? sentences)
    {
        var isSed = model.Manifest.Sed is not null;
        var input = segmentor.InputOf(slot, out var geometry);
        var output = segmentor.OutputOf(slot);
        var classifier = output.Classifier;
        List<NamedTensor> tensors =
        [
            NamedTensor.From(isSed ? "image_original" : "image", Rgb(frame), frame.Height, frame.Width, 3),
            NamedTensor.From("output_size", new long[] { frame.Height, frame.Width }, 2),
            NamedTensor.From("text_classifier", classifier.Embeddings, classifier.RowCount, classifier.Dimension),
            NamedTensor.From("num_templates", RowsPerClass(classifier), classifier.ClassIndex.Length),
            NamedTensor.From("class_index", classifier.ClassIndex.Select(c => (long)c).ToArray(), classifier.ClassIndex.Length),
            .. model.Network.Dump(input, geometry.PaddedHeight, geometry.PaddedWidth, classifier, model.Network.DumpNames),
        ];
        if (sentences is not null)
        {
            // The classifier may have come from the embedding cache, which keeps averages only: the features are computed for the dump.
            var (ids, features) = new SentenceEmbedder(model.TextEncoder, model.Tokenizer).Embed(sentences);
            tensors.Add(NamedTensor.From("token_ids", Array.ConvertAll(ids, id => (long)id), sentences.Count, model.Network.TextContext));
            tensors.Add(NamedTensor.From(isSed ? "encode_text" : "text_features", features, sentences.Count, classifier.Dimension));
        }

        using (var postprocessor = new Postprocessor(segmentor.Postprocessing))
        {
            tensors.Add(NamedTensor.From("sem_seg", postprocessor.SemanticScores(output), classifier.Vocabulary.Count, frame.Height, frame.Width));
        }

        if (result.Mode == SegmentationMode.Semantic)
        {
            tensors.Add(NamedTensor.From("labels", result.Labels.ToArray().Select(l => (int)l).ToArray(), result.Height, result.Width));
        }
        else
        {
            // Segment numbers as in the reference's panoptic_seg: from 1, 0 where nothing is.
            tensors.Add(NamedTensor.From("panoptic_seg", result.Labels.ToArray().Select(l => (int)(ushort)(l + 1)).ToArray(), result.Height, result.Width));
        }

        SafetensorsWriter.Save(path, tensors, new Dictionary<string, string> { ["segments_info"] = SegmentJson.Describe(result) });
    }

    /// <summary>Rows of each class: its groups under all reasons together, as the reference counts them.</summary>
    private static long[] RowsPerClass(TextClassifier classifier) =>
        Enumerable.Range(0, classifier.ClassIndex.Length)
            .Select(t => Enumerable.Range(0, classifier.ReasonCount).Sum(r => (long)classifier.Groups[(t * classifier.ReasonCount) + r].Length)).ToArray();

    private static byte[] Rgb(Frame frame)
    {
        var pixels = frame.Pixels.ToArray();
        if (frame.Format.PixelFormat == PixelFormat.Bgr24)
        {
            for (var i = 0; i < pixels.Length; i += 3)
            {
                (pixels[i], pixels[i + 2]) = (pixels[i + 2], pixels[i]);
            }
        }

        return pixels;
    }
}
