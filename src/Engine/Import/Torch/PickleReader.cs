using System.Text;

namespace OpenSegR.Realtime.Import;

/// <summary>
/// A closed interpreter of pickles: it builds plain values (numbers, strings, lists, dicts, references to tensor memory) and nothing else.
/// No operation calls, imports or constructs anything by name; a name outside <see cref="TorchGlobals"/> ends the reading with an error
/// that says what the file wanted. Work and memory are bounded, and nothing recurses, so nesting cannot exhaust the stack.
/// </summary>
internal sealed class PickleReader
{
    /// <summary>Longest pickle that is read. A checkpoint of a thousand tensors needs about 200 kB.</summary>
    public const long MaxBytes = 32 << 20;

    private const int MaxOperations = 8_000_000;
    private const int MaxObjects = 2_000_000;
    private const int MaxStack = 1_000_000;
    private const int MaxMarks = 10_000;
    private const int MaxMemo = 1_000_000;
    private const int MaxNameLength = 512;

    private readonly PickleInput _input;
    private readonly string _path;
    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<int, object?> _memo = [];
    private int _operations;
    private int _objects;

    private readonly Dictionary<string, PickleStorage>? _storages;

    private PickleReader(PickleInput input, string path, Dictionary<string, PickleStorage>? storages)
    {
        _input = input;
        _path = path;
        _storages = storages;
    }

    /// <summary>Reads one pickle up to its end mark and returns its value.</summary>
    /// <param name="input">Where its bytes come from.</param>
    /// <param name="path">File name for messages.</param>
    /// <param name="storages">Receives every block of tensor memory that the pickle refers to, by key; null where none is of interest.</param>
    /// <exception cref="ModelException">The pickle is damaged, too large, or wants something that is not allowed.</exception>
    public static object? Read(PickleInput input, string path, Dictionary<string, PickleStorage>? storages = null) =>
        new PickleReader(input, path, storages).Run();

    private object? Run()
    {
        while (true)
        {
            if (++_operations > MaxOperations)
            {
                throw Refused($"its description has more than {MaxOperations} operations");
            }

            var opcode = (PickleOpcode)_input.ReadByte();
            if (opcode == PickleOpcode.Stop)
            {
                return Pop();
            }

            Execute(opcode);
        }
    }

    private void Execute(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto:
                if (_input.ReadByte() is var protocol && protocol is < 2 or > 5)
                {
                    throw _input.Damaged($"it uses pickle protocol {protocol}, known are 2 to 5");
                }

                break;
            case PickleOpcode.Frame: _input.ReadInt64(); break;
            case PickleOpcode.Mark: PushMark(); break;
            case PickleOpcode.Pop: PopOrMark(); break;
            case PickleOpcode.PopMark: PopToMark(); break;
            case PickleOpcode.Dup: Push(Peek()); break;

            case PickleOpcode.None: Push(null); break;
            case PickleOpcode.NewTrue: Push(true); break;
            case PickleOpcode.NewFalse: Push(false); break;
            case PickleOpcode.BinInt: PushNew((long)_input.ReadInt32()); break;
            case PickleOpcode.BinInt1: PushNew((long)_input.ReadByte()); break;
            case PickleOpcode.BinInt2: PushNew((long)_input.ReadUInt16()); break;
            case PickleOpcode.Long1: PushNew(ReadLong(_input.ReadByte())); break;
            case PickleOpcode.Long4: PushNew(ReadLong(_input.ReadInt32())); break;
            case PickleOpcode.BinFloat: PushNew(_input.ReadDoubleBigEndian()); break;
            case PickleOpcode.ShortBinUnicode: PushNew(_input.ReadUtf8(_input.ReadByte())); break;
            case PickleOpcode.BinUnicode: PushNew(_input.ReadUtf8((uint)_input.ReadInt32())); break;
            case PickleOpcode.BinUnicode8: PushNew(_input.ReadUtf8(_input.ReadInt64())); break;
            // Strings of Python 2, which old checkpoints use for names.
            case PickleOpcode.ShortBinString: PushNew(Encoding.Latin1.GetString(_input.ReadBytes(_input.ReadByte()))); break;
            case PickleOpcode.BinString: PushNew(Encoding.Latin1.GetString(_input.ReadBytes(_input.ReadInt32()))); break;
            case PickleOpcode.ShortBinBytes: PushNew(_input.ReadBytes(_input.ReadByte())); break;
            case PickleOpcode.BinBytes: PushNew(_input.ReadBytes((uint)_input.ReadInt32())); break;
            case PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8: PushNew(_input.ReadBytes(_input.ReadInt64())); break;

            case PickleOpcode.EmptyTuple: PushNew(Array.Empty<object?>()); break;
            case PickleOpcode.Tuple1: PushNew(PopMany(1)); break;
            case PickleOpcode.Tuple2: PushNew(PopMany(2)); break;
            case PickleOpcode.Tuple3: PushNew(PopMany(3)); break;
            case PickleOpcode.Tuple: PushNew(PopToMark()); break;
            case PickleOpcode.EmptyList: PushNew(new List<object?>()); break;
            case PickleOpcode.Append: AddItems(PopMany(1)); break;
            case PickleOpcode.Appends or PickleOpcode.AddItems: AddItems(PopToMark()); break;
            // What is in a set never matters here.
            case PickleOpcode.EmptySet: PushNew(PickleInert.Instance); break;
            case PickleOpcode.FrozenSet: PopToMark(); PushNew(PickleInert.Instance); break;
            case PickleOpcode.EmptyDict: PushNew(new PickleDict()); break;
            case PickleOpcode.SetItem: SetItems(PopMany(2)); break;
            case PickleOpcode.SetItems: SetItems(PopToMark()); break;

            case PickleOpcode.BinPut: Memoize(_input.ReadByte()); break;
            case PickleOpcode.LongBinPut: Memoize(_input.ReadInt32()); break;
            case PickleOpcode.Memoize: Memoize(_memo.Count); break;
            case PickleOpcode.BinGet: Recall(_input.ReadByte()); break;
            case PickleOpcode.LongBinGet: Recall(_input.ReadInt32()); break;

            case PickleOpcode.Global: PushGlobal(_input.ReadLine(MaxNameLength), _input.ReadLine(MaxNameLength)); break;
            case PickleOpcode.StackGlobal: PushStackGlobal(); break;
            case PickleOpcode.Reduce or PickleOpcode.NewObj: Reduce(PopMany(2)); break;
            case PickleOpcode.NewObjEx: Reduce(PopMany(3)); break;
            case PickleOpcode.Build: Build(); break;
            case PickleOpcode.BinPersId: PushStorage(); break;
            default: throw Refused($"its description uses operation 0x{(byte)opcode:x2}, which torch.save never writes");
        }
    }

    /// <summary>A whole number of any length; beyond 64 bits only its presence matters, except for the magic number of old files.</summary>
    private object ReadLong(long length)
    {
        var bytes = _input.ReadBytes(length);
        if (bytes.Length > 16)
        {
            return PickleInert.Instance;
        }

        Int128 value = bytes.Length > 0 && (bytes[^1] & 0x80) != 0 ? -1 : 0;
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            value = (value << 8) | bytes[i];
        }

        return value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;
    }

    private void AddItems(object?[] items)
    {
        switch (Peek())
        {
            case List<object?> list: list.AddRange(items); break;
            case PickleInert: break;
            default: throw _input.Damaged("it appends to something that is no list");
        }
    }

    private void SetItems(object?[] items)
    {
        switch (Peek())
        {
            case PickleDict dict when items.Length % 2 == 0:
                for (var i = 0; i < items.Length; i += 2)
                {
                    dict.Items.Add(new(items[i], items[i + 1]));
                }

                break;
            case PickleInert:
                break;
            default:
                throw _input.Damaged("it sets an item of something that is no dict");
        }
    }

    private void PushStackGlobal()
    {
        if (PopMany(2) is [string module, string name])
        {
            PushGlobal(module, name);
            return;
        }

        throw _input.Damaged("it names a class by something that is no string");
    }

    private void PushGlobal(string module, string name) => PushNew(TorchGlobals.Resolve(module, name, _path));

    private void PushStorage()
    {
        var storage = TorchGlobals.ResolveStorage(Pop(), _path);
        _storages?.TryAdd(storage.Key, storage);
        PushNew(storage);
    }

    private void Reduce(object?[] parts)
    {
        if (parts is not [PickleGlobal global, object?[] arguments, ..])
        {
            throw Refused("its description calls something that is no known function");
        }

        PushNew(TorchGlobals.Reduce(global, arguments, _path));
    }

    /// <summary>Sets an object's attributes. None matters: OrderedDict's _metadata, a parameter's flags, a numpy dtype's byte order.</summary>
    private void Build()
    {
        Pop();
        if (Peek() is not (PickleDict or PickleInert or PickleTensor))
        {
            throw _input.Damaged("it sets attributes of something that has none");
        }
    }

    private void Memoize(int key)
    {
        if (key < 0 || (_memo.Count >= MaxMemo && !_memo.ContainsKey(key)))
        {
            throw Refused($"its description remembers more than {MaxMemo} values");
        }

        _memo[key] = Peek();
    }

    private void Recall(int key)
    {
        if (!_memo.TryGetValue(key, out var value))
        {
            throw _input.Damaged($"it refers to value {key}, which is not there");
        }

        Push(value);
    }

    private void PushNew(object? value)
    {
        if (++_objects > MaxObjects)
        {
            throw Refused($"its description holds more than {MaxObjects} values");
        }

        Push(value);
    }

    private void Push(object? value)
    {
        if (_stack.Count >= MaxStack)
        {
            throw Refused($"its description stacks more than {MaxStack} values");
        }

        _stack.Add(value);
    }

    private void PushMark()
    {
        if (_marks.Count >= MaxMarks)
        {
            throw Refused($"its description nests deeper than {MaxMarks} levels");
        }

        _marks.Add(_stack.Count);
    }

    private int Floor => _marks.Count > 0 ? _marks[^1] : 0;

    private object? Peek() => _stack.Count > Floor ? _stack[^1] : throw _input.Damaged("it takes a value that is not there");

    private object? Pop()
    {
        var value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private void PopOrMark()
    {
        if (_marks.Count > 0 && _stack.Count == _marks[^1])
        {
            _marks.RemoveAt(_marks.Count - 1);
            return;
        }

        Pop();
    }

    private object?[] PopMany(int count)
    {
        if (_stack.Count - Floor < count)
        {
            throw _input.Damaged("it takes values that are not there");
        }

        var values = _stack.GetRange(_stack.Count - count, count).ToArray();
        _stack.RemoveRange(_stack.Count - count, count);
        return values;
    }

    private object?[] PopToMark()
    {
        if (_marks.Count == 0)
        {
            throw _input.Damaged("it closes a list that was not opened");
        }

        var values = PopMany(_stack.Count - _marks[^1]);
        _marks.RemoveAt(_marks.Count - 1);
        return values;
    }

    private ModelException Refused(string problem) => new($"'{_path}' is refused: {problem}; no checkpoint is written like this, do not trust the file");
}
