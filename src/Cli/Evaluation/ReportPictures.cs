using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Evaluation;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;

namespace OpenSegR.Realtime.Cli.Evaluation;

/// <summary>Draws the pictures of a report that went best and worst.</summary>
internal static class ReportPictures
{
    private const int Most = 6;
    private const int LargestSide = 640;
    private const float Strength = 0.62f;
    private static readonly Rgb Wrong = Rgb.FromHex(0xE5193C);
    private static readonly Rgb Nothing = Rgb.FromHex(0x000000);

    /// <summary>The worst pictures, worst first, and the best, best first.</summary>
    /// <param name="summary">The scores.</param>
    /// <param name="predict">Gives the predictions again.</param>
    public static (IReadOnlyList<ReportPicture> Worst, IReadOnlyList<ReportPicture> Best) Draw(
        EvaluationSummary summary, Func<LabelledPicture, Prediction> predict)
    {
        var ordered = summary.Scores.Pictures.Where(p => !double.IsNaN(p.MeanIoU)).OrderBy(p => p.MeanIoU).ToArray();
        var each = Math.Min(Most, (ordered.Length + 1) / 2);
        var palette = new ClassPalette();
        var colours = Enumerable.Range(0, summary.Dataset.Vocabulary.Count).Select(i => palette.ColorOf(summary.Dataset.Classes.Classes[i].Name)).ToArray();
        ReportPicture[] DrawAll(IEnumerable<PictureScore> scores) => [.. scores.Select(score => Draw(score, summary, colours, predict))];
        return (DrawAll(ordered.Take(each)), DrawAll(ordered.Skip(each).TakeLast(each).Reverse()));
    }

    private static ReportPicture Draw(PictureScore score, EvaluationSummary summary, Rgb[] colours, Func<LabelledPicture, Prediction> predict)
    {
        using var picture = summary.Dataset.Read(score.Index, FramePool.Shared);
        var predicted = predict(picture).Classes!;
        var shown = picture.Classes.Concat(predicted).Where(c => c < colours.Length).Distinct().Order();
        return new ReportPicture(
            $"{score.Id}: mIoU {score.MeanIoU:0.000}, {score.PixelAccuracy * 100:0.0} % of the pixels right",
            Encode(picture.Frame, (_, pixel) => pixel),
            Encode(picture.Frame, (i, pixel) => Blend(pixel, picture.Classes[i], colours)),
            Encode(picture.Frame, (i, pixel) => Blend(pixel, predicted[i], colours)),
            Encode(picture.Frame, (i, pixel) => picture.Classes[i] == LabelledPicture.Ignored ? Rgb.Mix(Grey(pixel), Nothing, 0.5f)
                : picture.Classes[i] == predicted[i] ? Rgb.Mix(Grey(pixel), Rgb.FromHex(0xFFFFFF), 0.3f) : Rgb.Mix(Grey(pixel), Wrong, 0.75f)),
            [.. shown.Select(c => ($"#{colours[c].R:x2}{colours[c].G:x2}{colours[c].B:x2}", summary.NameOf(c)))]);
    }

    private static Rgb Blend(Rgb pixel, ushort c, Rgb[] colours) => Rgb.Mix(Grey(pixel), c < colours.Length ? colours[c] : Nothing, Strength);

    private static Rgb Grey(Rgb pixel)
    {
        var level = (byte)((pixel.R + (2 * pixel.G) + pixel.B) >> 2);
        return new Rgb(level, level, level);
    }

    /// <summary>Paints every pixel anew; large pictures are thinned out to a size that a page can hold.</summary>
    private static byte[] Encode(Frame frame, Func<int, Rgb, Rgb> paint)
    {
        var step = (Math.Max(frame.Width, frame.Height) + LargestSide - 1) / LargestSide;
        using var target = FramePool.Shared.Rent(new FrameFormat((frame.Width + step - 1) / step, (frame.Height + step - 1) / step));
        var source = frame.Pixels;
        for (var y = 0; y < target.Height; y++)
        {
            var row = target.Row(y);
            for (var x = 0; x < target.Width; x++)
            {
                var i = (y * step * frame.Width) + (x * step);
                var colour = paint(i, new Rgb(source[(3 * i) + 2], source[(3 * i) + 1], source[3 * i]));
                (row[3 * x], row[(3 * x) + 1], row[(3 * x) + 2]) = (colour.B, colour.G, colour.R);
            }
        }

        return PictureFile.Encode(target, ".jpg");
    }
}
