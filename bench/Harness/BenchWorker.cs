using System.Text.Json;

namespace OpenSegR.Realtime.Bench;

/// <summary>
/// The process that measures one contestant: its memory, processor time and start are then its own. Reads a <see cref="WorkerJob"/> and then
/// commands, a line of JSON each, and answers each with a line.
/// </summary>
public static class BenchWorker
{
    /// <summary>Serves until the input ends.</summary>
    public static void Serve(TextReader input, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        IContestant contestant;
        try
        {
            var job = JsonSerializer.Deserialize(input.ReadLine() ?? "", BenchJson.Default.WorkerJob) ?? throw new InputException("a worker needs a job");
            contestant = job.Case is { } wanted ? new SegrContestant(wanted, job.Setup) : new OnnxContestant(job.OnnxFile!, job.Inputs!);
        }
        catch (Exception e) when (e is SegrException or JsonException or IOException)
        {
            Answer(output, new WorkerReply { Error = e.Message });
            return;
        }

        using (contestant)
        {
            Answer(output, new WorkerReply { Ready = contestant.Description });
            while (input.ReadLine() is { } line)
            {
                Answer(output, Do(contestant, JsonSerializer.Deserialize(line, BenchJson.Default.WorkerCommand)!));
            }
        }
    }

    private static WorkerReply Do(IContestant contestant, WorkerCommand command)
    {
        try
        {
            switch (command.Do)
            {
                case "inputs":
                    contestant.WriteInputs(command.Path!);
                    return new WorkerReply();
                case "save":
                    contestant.WriteOutputs(command.Path!);
                    return new WorkerReply();
                default:
                    return contestant.Run(command.Frames, command.Seconds);
            }
        }
        catch (Exception e) when (e is SegrException or IOException)
        {
            return new WorkerReply { Error = e.Message };
        }
    }

    private static void Answer(TextWriter output, WorkerReply reply)
    {
        output.WriteLine(JsonSerializer.Serialize(reply, BenchJson.Default.WorkerReply));
        output.Flush();
    }
}
