namespace OpenSegR.Realtime.Cli.Evaluation;

/// <summary>One picture of a report.</summary>
/// <param name="Title">Name and score.</param>
/// <param name="Photo">The picture, JPEG.</param>
/// <param name="Truth">The picture with the true classes on it, JPEG.</param>
/// <param name="Predicted">The picture with the predicted classes on it, JPEG.</param>
/// <param name="Errors">Where they differ, JPEG.</param>
/// <param name="Legend">Colour (#rrggbb) and name of every class that is true or predicted in it.</param>
internal sealed record ReportPicture(string Title, byte[] Photo, byte[] Truth, byte[] Predicted, byte[] Errors, IReadOnlyList<(string Colour, string Name)> Legend);
