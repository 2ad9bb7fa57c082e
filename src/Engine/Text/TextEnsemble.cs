namespace OpenSegR.Realtime.Text;

/// <summary>How the prompts of a class are averaged when it has reasons.</summary>
public enum TextEnsemble
{
    /// <summary>
    /// Each name and reason is averaged over its own templates, and each reason is a classifier of its own: what the paper means. A class
    /// without generic reasons stays in play with its bare names under every reason.
    /// </summary>
    PerReason,

    /// <summary>
    /// As the reference computes it, to the number: sentences template by template and averaged in consecutive groups, rows read as
    /// (reason, name) although they lie as (name, reason), and a class without generic reasons left out, which shifts the numbers of the
    /// classes behind it. Published scores were made with it.
    /// </summary>
    Reference,
}
