namespace Silk.NET.Core.Loader;

/// <summary>A native library lacks a function.</summary>
public class SymbolLoadingException : Exception
{
    /// <summary>Creates an error for a function's name.</summary>
    public SymbolLoadingException(string symbol) : base($"Native symbol not found (Symbol: {symbol})") { }
}
