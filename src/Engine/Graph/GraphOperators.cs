namespace OpenSegR.Realtime.Graph;

/// <summary>Which operators a graph may be made of.</summary>
/// <param name="Custom">True for this project's own (native/cpu), false for standard ONNX alone.</param>
/// <param name="Precision">How far large products may be rounded; only this project's own operators can.</param>
internal readonly record struct GraphOperators(bool Custom, ProductPrecision Precision = ProductPrecision.Fp32);
