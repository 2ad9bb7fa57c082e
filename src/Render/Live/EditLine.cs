namespace OpenSegR.Realtime.Render.Live;

/// <summary>One line of text with a caret.</summary>
internal sealed class EditLine
{
    private const int MaxLength = 4000;
    private readonly List<char> _text;

    /// <summary>Begins with a text, the caret at its end.</summary>
    public EditLine(string text)
    {
        _text = [.. text.Take(MaxLength)];
        Caret = _text.Count;
    }

    /// <summary>The text.</summary>
    public string Text => new([.. _text]);

    /// <summary>Characters before the caret.</summary>
    public int Caret { get; private set; }

    /// <summary>Inserts a character at the caret; control characters are dropped.</summary>
    public void Insert(char character)
    {
        if (!char.IsControl(character) && _text.Count < MaxLength)
        {
            _text.Insert(Caret++, character);
        }
    }

    /// <summary>Inserts a text at the caret; line breaks become separators of classes.</summary>
    public void Insert(string text)
    {
        foreach (var c in text.ReplaceLineEndings("\n"))
        {
            Insert(c == '\n' ? ';' : c);
        }
    }

    /// <summary>Removes the character before the caret.</summary>
    public void Backspace()
    {
        if (Caret > 0)
        {
            _text.RemoveAt(--Caret);
        }
    }

    /// <summary>Removes the character after the caret.</summary>
    public void Delete()
    {
        if (Caret < _text.Count)
        {
            _text.RemoveAt(Caret);
        }
    }

    /// <summary>Moves the caret; far beyond an end is that end.</summary>
    public void Move(int by) => Caret = Math.Clamp(Caret + by, 0, _text.Count);

    /// <summary>Removes everything.</summary>
    public void Clear()
    {
        _text.Clear();
        Caret = 0;
    }
}
