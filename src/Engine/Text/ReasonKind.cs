namespace OpenSegR.Realtime.Text;

/// <summary>What reasoning speaks about.</summary>
public enum ReasonKind
{
    /// <summary>The classes as such: "a dog has a snout, a tail, fur".</summary>
    Generic,

    /// <summary>The classes as they look in one image, and only those that are in it.</summary>
    Image,
}
