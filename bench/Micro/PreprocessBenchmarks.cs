using BenchmarkDotNet.Attributes;
using OpenCvSharp;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Bench.Micro;

/// <summary>
/// A frame to the network's input: resized, normalised by channel and laid out in planes; against the chains of OpenCV's functions that do
/// the same, with the filter that reads the nearest pixels alone (INTER_LINEAR) and with the one that, like ours, reads all of them
/// (INTER_AREA), and against the shorter chain that leaves the planes and the channels' own means undone.
/// </summary>
public class PreprocessBenchmarks
{
    private readonly float[] _mean = [122.7709383f, 116.7460125f, 104.09373615f];
    private readonly float[] _std = [68.5005327f, 66.6321579f, 70.32316305f];
    private readonly Mat _small = new(), _channel = new(), _swapped = new(), _floats = new();
    private readonly Mat[] _planes = new Mat[3];
    private ImagePreprocessor? _preprocessor;
    private Frame? _frame;
    private float[] _tensor = [];
    private ImageGeometry _geometry;
    private Mat _source = new();

    // Halves, quarters and thirds have weights that are small fractions; the last has none.
    [Params("1280x720:640x384", "1280x720:320x192", "1920x1080:640x384", "1280x720:1152x640")]
    public string Sizes { get; set; } = "";

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public unsafe void Setup()
    {
        var sides = Sizes.Split('x', ':').Select(int.Parse).ToArray();
        _frame = FramePool.Shared.Rent(new FrameFormat(sides[0], sides[1]));
        new Random(1).NextBytes(_frame.Pixels);
        _source = Mat.FromPixelData(sides[1], sides[0], MatType.CV_8UC3, _frame.DangerousAddress, _frame.Stride);
        _geometry = ImageGeometry.FitInside(sides[0], sides[1], sides[2], sides[3]);
        _tensor = GC.AllocateArray<float>(3 * sides[2] * sides[3], pinned: true);
        _preprocessor = new ImagePreprocessor(_mean, _std, Threads);
        Cv2.SetNumThreads(Threads);
        for (var i = 0; i < 3; i++)
        {
            fixed (float* plane = &_tensor[i * sides[2] * sides[3]])
            {
                _planes[i] = Mat.FromPixelData(_geometry.ResizedHeight, _geometry.ResizedWidth, MatType.CV_32FC1, (nint)plane, sides[2] * sizeof(float));
            }
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        Array.ForEach([_source, _small, _channel, _swapped, _floats, .. _planes], mat => mat.Dispose());
        _frame?.Dispose();
        _preprocessor?.Dispose();
    }

    [Benchmark]
    public void Preprocess() => _preprocessor!.Run(_frame!, _geometry, _tensor);

    [Benchmark(Baseline = true)]
    public void OpenCvLinear() => OpenCv(InterpolationFlags.Linear);

    [Benchmark]
    public void OpenCvArea() => OpenCv(InterpolationFlags.Area);

    [Benchmark]
    public void OpenCvLinearWithoutPlanes()
    {
        Cv2.Resize(_source, _small, new Size(_geometry.ResizedWidth, _geometry.ResizedHeight), 0, 0, InterpolationFlags.Linear);
        Cv2.CvtColor(_small, _swapped, ColorConversionCodes.BGR2RGB);
        _swapped.ConvertTo(_floats, MatType.CV_32FC3, 1 / 68.5, -1.8);
    }

    // Channels are taken apart while they are bytes, which is faster than splitting floats; swapping them then costs nothing.
    private void OpenCv(InterpolationFlags filter)
    {
        Cv2.Resize(_source, _small, new Size(_geometry.ResizedWidth, _geometry.ResizedHeight), 0, 0, filter);
        for (var i = 0; i < 3; i++)
        {
            Cv2.ExtractChannel(_small, _channel, 2 - i);
            _channel.ConvertTo(_planes[i], MatType.CV_32FC1, 1 / _std[i], -_mean[i] / _std[i]);
        }
    }
}
