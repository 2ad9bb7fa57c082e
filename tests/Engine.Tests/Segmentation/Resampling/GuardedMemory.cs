using System.Runtime.InteropServices;

namespace OpenSegR.Realtime.Tests.Segmentation.Resampling;

/// <summary>Memory that ends where a page begins that may not be touched: a read behind its end ends the process.</summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;
    private readonly nint _pages;
    private readonly nuint _size;

    public GuardedMemory(int bytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "guard pages are made with Linux's mmap");
        var page = Environment.SystemPageSize;
        var used = (bytes + page - 1) / page * page;
        _size = (nuint)(used + page);
        _pages = Map(0, _size, ReadWrite, PrivateAnonymous, -1, 0);
        Assert.NotEqual(-1, _pages);
        Assert.Equal(0, Protect(_pages + used, (nuint)page, 0));
        Start = (byte*)(_pages + used - bytes);
        Bytes = bytes;
    }

    public byte* Start { get; }

    public Span<byte> Span => new(Start, Bytes);

    private int Bytes { get; }

    public void Dispose() => Assert.Equal(0, Unmap(_pages, _size));

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint size, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint size, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint size);
}
