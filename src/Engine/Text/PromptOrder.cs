namespace OpenSegR.Realtime.Text;

/// <summary>In which order a class's sentences are written, and so which of them are averaged into one row.</summary>
internal enum PromptOrder
{
    /// <summary>Name, reason, template; the templates of one name and reason are averaged. Rows: names x reasons.</summary>
    ByReason,

    /// <summary>
    /// Name, template, reason, in which consecutive groups as long as the list of templates are averaged: with several reasons each row
    /// mixes templates and reasons. What the reference does. Rows: names x reasons.
    /// </summary>
    ByTemplate,

    /// <summary>Template, name; the names are averaged. Rows: templates. What SED does.</summary>
    RowPerTemplate,
}
