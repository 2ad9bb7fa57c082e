namespace OpenSegR.Realtime.Bench;

/// <summary>One request to a worker or peer process, a line of JSON.</summary>
public sealed record WorkerCommand
{
    /// <summary>run, inputs, save or export.</summary>
    public required string Do { get; init; }

    /// <summary>Most frames to run.</summary>
    public int Frames { get; init; }

    /// <summary>Seconds after which no other frame is begun.</summary>
    public double Seconds { get; init; }

    /// <summary>The file to write.</summary>
    public string? Path { get; init; }
}
