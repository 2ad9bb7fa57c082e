using System.Net;
using System.Text;
using OpenSegR.Realtime.Evaluation;

namespace OpenSegR.Realtime.Cli.Evaluation;

/// <summary>An evaluation as one page that needs nothing else: no script, no font, no picture from elsewhere.</summary>
internal static class HtmlReport
{
    private const string Style = """
        :root { color-scheme: light dark; --line: #8885; --dim: light-dark(#666, #9a9a9a); --bar: #3b82c4; }
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; background: Canvas; color: CanvasText; }
        h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
        p.dim, small, dd { color: var(--dim); } dt { font-weight: 600; } dd { margin: 0 0 .6rem 0; max-width: 60rem; }
        .cards { display: flex; flex-wrap: wrap; gap: .8rem; } .card { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .9rem; min-width: 6.5rem; }
        .card b { display: block; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; } th, td { padding: .16rem .7rem; text-align: right; border-bottom: 1px solid var(--line); }
        th:first-child, td:first-child { text-align: left; } td.bar { min-width: 9rem; } td.bar i { display: block; height: .7rem; background: var(--bar); border-radius: .2rem; }
        figure { margin: 1.2rem 0; } figcaption { margin-bottom: .3rem; } .four { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: .5rem; }
        .four div { font-size: .85rem; color: var(--dim); } img { width: 100%; display: block; border-radius: .3rem; }
        .legend { font-size: .85rem; margin-top: .3rem; } .legend span { display: inline-block; margin-right: .9rem; } .legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: .2rem; margin-right: .3rem; vertical-align: -.08rem; }
        """;

    private static readonly (string Term, string Meaning)[] Definitions =
    [
        ("mIoU, fwIoU, mACC, pACC", "One confusion matrix over all pictures. IoU of a class: right pixels over true or predicted ones, on labelled pixels; mIoU is its mean over the classes that are present in the truth, fwIoU weighs them by their true pixels. mACC is the mean share of a class's pixels that were found, pACC the share of all labelled pixels that are right."),
        ("PQ, SQ, RQ", "Panoptic quality with COCO's rules: segments of one class match where their IoU is over 0.5; SQ is the mean IoU of matches, RQ their F1 score, PQ the product; each is averaged over the classes that occur."),
        ("AP, AP50", "Average precision of instance masks of things, over IoU limits 0.50 to 0.95, and at 0.50."),
        ("flicker", "Of the static pixels of a video, the share whose predicted class changes from one frame to the next, right or wrong. A pixel is static where it shows the same segment in both frames and that segment does not move: surroundings under a camera that stands still, and things in their place. Where the dataset knows no movements, a pixel whose true label stays the same."),
        ("IoU along motion", "The prediction of a frame, carried to the next along the true movement of every segment, against the prediction there: mean IoU over classes, on pixels that show the same segment in both."),
    ];

    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, EvaluationSummary summary, (IReadOnlyList<ReportPicture> Worst, IReadOnlyList<ReportPicture> Best) pictures)
    {
        var s = summary.Scores;
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">");
        page.Append($"<title>{Text(summary.Predictor)} on {Text(summary.Dataset.Name)}</title>\n<style>\n{Style}</style></head><body>\n");
        page.Append($"<h1>{Text(summary.Predictor)} on {Text(summary.Dataset.Name)}</h1>\n<p class=\"dim\">{Text(summary.Dataset.Description)}<br>");
        page.Append($"{s.Frames} pictures scored{(s.ConsistencyFrames > 0 ? $", {s.ConsistencyFrames} more compared over time" : "")}, {s.Skipped.Count} not scored; {s.Classes.Count} classes, one fixed list for all pictures</p>\n");
        Cards(page, s);
        Classes(page, summary);
        Pictures(page, "Worst pictures", pictures.Worst);
        Pictures(page, "Best pictures", pictures.Best);
        Skipped(page, s);
        page.Append("<h2>What the numbers are</h2>\n<dl>");
        foreach (var (term, meaning) in Definitions)
        {
            page.Append($"<dt>{Text(term)}</dt><dd>{Text(meaning)}</dd>\n");
        }

        page.Append("</dl></body></html>\n");
        ResultFile.Write(path, Encoding.UTF8.GetBytes(page.ToString()));
    }

    private static void Cards(StringBuilder page, EvaluationScores s)
    {
        page.Append("<div class=\"cards\">");
        foreach (var (name, value) in new[]
        {
            ("mIoU", s.Semantic.MeanIoU), ("of things", s.ThingsIoU), ("of stuff", s.StuffIoU), ("fwIoU", s.Semantic.FrequencyWeightedIoU),
            ("mACC", s.Semantic.MeanAccuracy), ("pACC", s.Semantic.PixelAccuracy), ("PQ", s.Panoptic.Quality), ("SQ", s.Panoptic.SegmentationQuality),
            ("RQ", s.Panoptic.RecognitionQuality), ("PQ things", s.PanopticThings.Quality), ("PQ stuff", s.PanopticStuff.Quality),
            ("AP", s.AveragePrecision), ("AP50", s.AveragePrecision50), ("flicker", s.Flicker), ("IoU along motion", s.MotionIoU),
        })
        {
            if (!double.IsNaN(value))
            {
                page.Append($"<div class=\"card\">{name}<b>{value:0.0000}</b></div>");
            }
        }

        page.Append("</div>\n");
    }

    private static void Classes(StringBuilder page, EvaluationSummary summary)
    {
        page.Append("<h2>Classes</h2>\n<div class=\"wide\"><table><tr><th>class<th>kind<th>share of pixels<th>IoU<th><th>accuracy<th>PQ<th>SQ<th>RQ<th>AP</tr>\n");
        for (var i = 0; i < summary.Scores.Classes.Count; i++)
        {
            var c = summary.Scores.Classes[i];
            var panoptic = c.Panoptic is { IsCounted: true } ? c.Panoptic : null;
            var width = double.IsNaN(c.IoU) ? 0 : c.IoU * 100;
            page.Append($"<tr><td>{Text(summary.NameOf(i))}<td>{(c.IsThing ? "thing" : "stuff")}<td>{Number(c.TruePixelShare)}<td>{Number(c.IoU)}");
            page.Append($"<td class=\"bar\"><i style=\"width:{width:0.0}%\"></i><td>{Number(c.Accuracy)}<td>{Number(panoptic?.PanopticQuality)}");
            page.Append($"<td>{Number(panoptic?.SegmentationQuality)}<td>{Number(panoptic?.RecognitionQuality)}<td>{Number(c.AveragePrecision)}</tr>\n");
        }

        page.Append("</table></div>\n");
    }

    private static void Pictures(StringBuilder page, string title, IReadOnlyList<ReportPicture> pictures)
    {
        if (pictures.Count == 0)
        {
            return;
        }

        page.Append($"<h2>{title}</h2>\n");
        foreach (var picture in pictures)
        {
            page.Append($"<figure><figcaption>{Text(picture.Title)}</figcaption><div class=\"four\">");
            foreach (var (what, jpeg) in new[] { ("picture", picture.Photo), ("truth", picture.Truth), ("prediction", picture.Predicted), ("errors (red), not scored (dark)", picture.Errors) })
            {
                page.Append($"<div>{what}<img alt=\"{what}\" src=\"data:image/jpeg;base64,{Convert.ToBase64String(jpeg)}\"></div>");
            }

            page.Append("</div><div class=\"legend\">");
            foreach (var (colour, name) in picture.Legend)
            {
                page.Append($"<span><i style=\"background:{colour}\"></i>{Text(name)}</span>");
            }

            page.Append("</div></figure>\n");
        }
    }

    private static void Skipped(StringBuilder page, EvaluationScores s)
    {
        const int most = 200;
        if (s.Skipped.Count == 0)
        {
            return;
        }

        page.Append($"<h2>Not scored: {s.Skipped.Count}</h2>\n<ul>");
        foreach (var skipped in s.Skipped.Take(most))
        {
            page.Append($"<li>{Text(skipped.Reason)}</li>\n");
        }

        page.Append($"</ul>{(s.Skipped.Count > most ? $"<p>and {s.Skipped.Count - most} more</p>" : "")}\n");
    }

    private static string Number(double? value) => value is { } v && !double.IsNaN(v) ? $"{v:0.000}" : "";

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
