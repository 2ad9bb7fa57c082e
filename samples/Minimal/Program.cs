// Segments a video: dotnet run --project samples/Minimal -- input.mp4 output.mp4 "ball; cube; grass+stuff; sky+stuff"
using OpenSegR.Realtime.Capture;
using OpenSegR.Realtime.Pipeline;
using OpenSegR.Realtime.Render;
using OpenSegR.Realtime.Segmentation;

using var model = SegmentationModel.Open("demo");
using var segmentor = model.CreateSegmentor(model.Embed(args[2]));
var masksOverVideo = new CompositedSink(Compositors.Create(), new VideoFileSink(args[1]));
using var pipeline = new SegmentationPipeline(FrameSources.Open(args[0]), segmentor, masksOverVideo);
Console.WriteLine(pipeline.Run().ToTable());
