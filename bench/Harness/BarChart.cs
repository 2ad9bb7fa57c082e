using System.Globalization;
using System.Net;
using System.Text;

namespace OpenSegR.Realtime.Bench;

/// <summary>Horizontal bars as inline SVG: one row a contestant, one or more coloured parts a bar, a whisker for the spread.</summary>
internal sealed class BarChart(string title, string unit)
{
    private const int LabelWidth = 300, BarWidth = 480, RowHeight = 26, Top = 34;
    private readonly List<(string Name, (string Part, double Value)[] Parts, Spread? Whisker, string Remark)> _rows = [];

    public bool IsEmpty => _rows.Count == 0;

    public void Add(string name, Spread? spread, string remark = "")
    {
        if (spread is not null)
        {
            _rows.Add((name, [("", spread.Median)], spread, remark));
        }
    }

    public void Add(string name, IEnumerable<(string Part, double Value)> parts) => _rows.Add((name, [.. parts], null, ""));

    public string ToSvg()
    {
        var partNames = _rows.SelectMany(row => row.Parts.Select(part => part.Part)).Where(name => name.Length > 0).Distinct().ToList();
        var largest = Math.Max(1e-9, _rows.Max(row => Math.Max(row.Parts.Sum(part => part.Value), row.Whisker?.Max ?? 0)));
        var height = Top + (_rows.Count * RowHeight) + (partNames.Count > 0 ? 24 : 4);
        var svg = new StringBuilder();
        Line(svg, $"<svg viewBox=\"0 0 {LabelWidth + BarWidth + 120} {height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(title)}\">");
        Line(svg, $"<text class=\"title\" x=\"0\" y=\"16\">{WebUtility.HtmlEncode(title)}</text>");
        for (var i = 0; i < _rows.Count; i++)
        {
            var (name, parts, whisker, remark) = _rows[i];
            var y = Top + (i * RowHeight);
            Line(svg, $"<text x=\"{LabelWidth - 8}\" y=\"{y + 13}\" text-anchor=\"end\">{WebUtility.HtmlEncode(name)}</text>");
            var x = (double)LabelWidth;
            foreach (var (part, value) in parts)
            {
                var width = value / largest * BarWidth;
                Line(svg, $"<rect class=\"c{Math.Max(0, partNames.IndexOf(part))}\" x=\"{x:F1}\" y=\"{y}\" width=\"{Math.Max(0.5, width):F1}\" height=\"18\"><title>{WebUtility.HtmlEncode(part)} {value:F3} {unit}</title></rect>");
                x += width;
            }

            if (whisker is not null && whisker.Max > whisker.Min)
            {
                var (low, high) = (LabelWidth + (whisker.Min / largest * BarWidth), LabelWidth + (whisker.Max / largest * BarWidth));
                Line(svg, $"<path class=\"whisker\" d=\"M{low:F1} {y + 5}v8M{low:F1} {y + 9}H{high:F1}M{high:F1} {y + 5}v8\"/>");
                x = Math.Max(x, high);
            }

            var total = parts.Sum(part => part.Value);
            Line(svg, $"<text x=\"{x + 6:F1}\" y=\"{y + 13}\">{ReportRows.Number(total, ReportRows.Decimals(total))} {unit}{WebUtility.HtmlEncode(remark)}</text>");
        }

        var left = (double)LabelWidth;
        for (var i = 0; i < partNames.Count; i++)
        {
            var y = Top + (_rows.Count * RowHeight) + 4;
            Line(svg, $"<rect class=\"c{i}\" x=\"{left:F1}\" y=\"{y}\" width=\"12\" height=\"12\"/><text x=\"{left + 16:F1}\" y=\"{y + 11}\">{WebUtility.HtmlEncode(partNames[i])}</text>");
            left += 34 + (partNames[i].Length * 7.5);
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
