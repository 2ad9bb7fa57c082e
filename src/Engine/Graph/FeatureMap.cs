namespace OpenSegR.Realtime.Graph;

/// <summary>
/// A feature map kept as tokens: pixel after pixel, channels last, without a batch axis. Nearly all work on it is matrix products with
/// [C_out, C] weights, for which this is the layout without transposes.
/// </summary>
/// <param name="Tokens">[Height * Width, Channels] float32.</param>
/// <param name="Height">Rows of pixels.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Channels">C.</param>
internal readonly record struct FeatureMap(Value Tokens, Dim Height, Dim Width, int Channels);
