using BenchmarkDotNet.Attributes;
using OpenCvSharp;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Bench.Micro;

/// <summary>
/// A 1280x720 frame to the network's input: resize, normalise and lay out in planes in one pass; against OpenCV's chain (resize, swap the
/// channels, convert to floats), which leaves normalising by channel and the planes undone.
/// </summary>
public class PreprocessBenchmarks
{
    private readonly float[] _mean = [122.7709383f, 116.7460125f, 104.09373615f];
    private readonly float[] _std = [68.5005327f, 66.6321579f, 70.32316305f];
    private ImagePreprocessor? _preprocessor;
    private Frame? _frame;
    private float[] _tensor = [];
    private ImageGeometry _geometry;
    private readonly Mat _small = new(), _swapped = new(), _floats = new();
    private Mat _source = new();

    [Params("640x384", "320x192")]
    public string Input { get; set; } = "";

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var sides = Input.Split('x').Select(int.Parse).ToArray();
        _frame = FramePool.Shared.Rent(new FrameFormat(1280, 720));
        new Random(1).NextBytes(_frame.Pixels);
        _source = Mat.FromPixelData(720, 1280, MatType.CV_8UC3, _frame.DangerousAddress, _frame.Stride);
        _geometry = ImageGeometry.FitInside(1280, 720, sides[0], sides[1]);
        _tensor = new float[3 * sides[0] * sides[1]];
        _preprocessor = new ImagePreprocessor(_mean, _std, Threads);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        Array.ForEach(new[] { _source, _small, _swapped, _floats }, mat => mat.Dispose());
        _frame?.Dispose();
        _preprocessor?.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void OpenCv()
    {
        Cv2.Resize(_source, _small, new Size(_geometry.ResizedWidth, _geometry.ResizedHeight), 0, 0, InterpolationFlags.Linear);
        Cv2.CvtColor(_small, _swapped, ColorConversionCodes.BGR2RGB);
        _swapped.ConvertTo(_floats, MatType.CV_32FC3, 1 / 68.5, -1.8);
    }

    [Benchmark]
    public void Preprocess() => _preprocessor!.Run(_frame!, _geometry, _tensor);
}
