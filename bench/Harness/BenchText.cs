using System.Text;

namespace OpenSegR.Realtime.Bench;

/// <summary>Reports as plain text and as Markdown.</summary>
public static class BenchText
{
    /// <summary>For a terminal: aligned columns.</summary>
    public static string ToTable(BenchReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder(ReportRows.Describe(report)).Append('\n');
        foreach (var (title, head, rows) in ReportRows.Tables(report).Where(t => t.Rows.Count > 0))
        {
            text.Append('\n').Append(title).Append('\n').Append(Aligned(head, rows));
        }

        return text.Append(Missing(report, "- ")).ToString();
    }

    /// <summary>Markdown tables, to paste where the figures are wanted.</summary>
    public static string ToMarkdown(BenchReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder("# Benchmark\n\n").Append(ReportRows.Describe(report)).Append('\n');
        foreach (var (title, head, rows) in ReportRows.Tables(report).Where(t => t.Rows.Count > 0))
        {
            text.Append("\n## ").Append(title).Append("\n\n").Append(Markdown(head, rows));
        }

        return text.Append(Missing(report, "* ")).ToString();
    }

    /// <summary>Aligned columns: the first to the left, the others to the right.</summary>
    public static string Aligned(IReadOnlyList<string> head, IReadOnlyList<string[]> rows)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(rows);
        var widths = head.Select((title, i) => rows.Select(row => row[i].Length).Append(title.Length).Max()).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows.Prepend(head))
        {
            var line = string.Join("  ", row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i])));
            text.Append("  ").Append(line.TrimEnd()).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>A Markdown table.</summary>
    public static string Markdown(IReadOnlyList<string> head, IReadOnlyList<string[]> rows)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(rows);
        var text = new StringBuilder("| ").AppendJoin(" | ", head).Append(" |\n|").Append(string.Concat(head.Select((_, i) => i == 0 ? "---|" : "---:|"))).Append('\n');
        foreach (var row in rows)
        {
            text.Append("| ").AppendJoin(" | ", row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
        }

        return text.ToString();
    }

    private static string Missing(BenchReport report, string bullet) =>
        report.Missing.Count == 0 ? "" : "\nNot measured\n\n" + string.Concat(report.Missing.Select(line => bullet + line + "\n"));
}
