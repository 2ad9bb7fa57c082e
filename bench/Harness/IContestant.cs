namespace OpenSegR.Realtime.Bench;

/// <summary>What a worker process measures.</summary>
internal interface IContestant : IDisposable
{
    /// <summary>What it is, in words.</summary>
    string Description { get; }

    /// <summary>One repetition.</summary>
    WorkerReply Run(int frames, double seconds);

    /// <summary>Writes what the network gets for the first frame, so that peers get the same: image, text_classifier, num_templates.</summary>
    void WriteInputs(string path);

    /// <summary>Writes what the network says of that frame: mask_logits [Q, h, w], mask_classes [Q, classes + 1].</summary>
    void WriteOutputs(string path);
}
