using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using OpenSegR.Realtime.Import;

namespace OpenSegR.Realtime.Bench;

/// <summary>The naive way: the file that torch.onnx.export made of the reference, in an ONNX Runtime session with default options.</summary>
internal sealed class OnnxContestant : IContestant
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly OrtValue _image;
    private readonly OrtValue _text;

    public OnnxContestant(string path, string inputs)
    {
        using var file = SafetensorsFile.Open(inputs);
        try
        {
            using var options = new SessionOptions();
            _session = new InferenceSession(path, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new SegrException($"ONNX Runtime cannot load the exported network: {e.Message.Split('\n')[0]}", e);
        }

        _image = Value(file, "image");
        _text = Value(file, "text_classifier");
        for (var i = 0; i < 2; i++)
        {
            Infer().ForEach(value => value.Dispose());
        }

        Description = $"torch.onnx.export (opset 16, GridSample), default session, ONNX Runtime {OrtEnv.Instance().GetVersionString()}";
    }

    public string Description { get; }

    public WorkerReply Run(int frames, double seconds)
    {
        List<double> times = [];
        var cpu = ProcessUsage.CpuMs;
        var start = Stopwatch.GetTimestamp();
        while (times.Count < frames && (times.Count == 0 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds))
        {
            var begin = Stopwatch.GetTimestamp();
            var outputs = Infer();
            times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            outputs.ForEach(value => value.Dispose());
        }

        var (now, peak) = ProcessUsage.Memory();
        return new WorkerReply { NetworkMs = times, CpuMs = (ProcessUsage.CpuMs - cpu) / times.Count, RssMb = now, PeakRssMb = peak };
    }

    public void WriteInputs(string path) => throw new InputException("a peer makes no inputs");

    public void WriteOutputs(string path)
    {
        var outputs = Infer();
        SafetensorsWriter.Save(path, _session.OutputNames.Zip(outputs, (name, value) =>
        {
            // Without the batch.
            int[] shape = [.. value.GetTensorTypeAndShape().Shape.Skip(1).Select(side => (int)side)];
            return NamedTensor.From(name, value.GetTensorDataAsSpan<float>().ToArray(), shape);
        }));
        outputs.ForEach(value => value.Dispose());
    }

    public void Dispose()
    {
        _image.Dispose();
        _text.Dispose();
        _runOptions.Dispose();
        _session.Dispose();
    }

    private List<OrtValue> Infer() => [.. _session.Run(_runOptions, ["image", "text"], [_image, _text], _session.OutputNames)];

    private static OrtValue Value(SafetensorsFile file, string name) =>
        OrtValue.CreateTensorValueFromMemory(file.ReadFloats(name), [.. file[name].Shape.Select(side => (long)side)]);
}
