namespace OpenSegR.Realtime.Import;

/// <summary>
/// The allow-list: every name that a checkpoint may refer to, and what it means here. Nothing is looked up anywhere else; a name either
/// stands for a tensor, a dict, an element type or storage class, or for an object that is taken in and ignored.
/// </summary>
internal static class TorchGlobals
{
    private enum Kind
    {
        /// <summary>collections.OrderedDict and its like: becomes an empty dict that is then filled.</summary>
        Dict,

        /// <summary>_rebuild_tensor*: makes a tensor from a storage.</summary>
        Tensor,

        /// <summary>_rebuild_parameter*: hands its first argument on.</summary>
        Parameter,

        /// <summary>_rebuild_from_type_v2: a call of its first argument with its third.</summary>
        Subclass,

        /// <summary>torch.Size: a tuple.</summary>
        Size,

        /// <summary>A storage class or an element type; only ever an argument.</summary>
        Name,

        /// <summary>Carries no tensor: accepted with any arguments and ignored.</summary>
        Inert,
    }

    private static readonly Dictionary<string, TensorType?> Storages = new(StringComparer.Ordinal)
    {
        ["FloatStorage"] = TensorType.F32,
        ["HalfStorage"] = TensorType.F16,
        ["BFloat16Storage"] = TensorType.BF16,
        ["DoubleStorage"] = TensorType.F64,
        ["LongStorage"] = TensorType.I64,
        ["IntStorage"] = TensorType.I32,
        ["ShortStorage"] = TensorType.I16,
        ["CharStorage"] = TensorType.I8,
        ["ByteStorage"] = TensorType.U8,
        ["BoolStorage"] = TensorType.BOOL,
        ["UntypedStorage"] = null,
    };

    private static readonly Dictionary<string, TensorType> ElementTypes = new(StringComparer.Ordinal)
    {
        ["float32"] = TensorType.F32,
        ["float"] = TensorType.F32,
        ["float16"] = TensorType.F16,
        ["half"] = TensorType.F16,
        ["bfloat16"] = TensorType.BF16,
        ["float64"] = TensorType.F64,
        ["double"] = TensorType.F64,
        ["int64"] = TensorType.I64,
        ["long"] = TensorType.I64,
        ["int32"] = TensorType.I32,
        ["int"] = TensorType.I32,
        ["int16"] = TensorType.I16,
        ["short"] = TensorType.I16,
        ["int8"] = TensorType.I8,
        ["uint8"] = TensorType.U8,
        ["bool"] = TensorType.BOOL,
    };

    private static readonly Dictionary<string, Kind> Allowed = BuildAllowed();

    /// <summary>Looks a name up.</summary>
    /// <exception cref="ModelException">It is not on the list; the message says what the file wanted.</exception>
    public static PickleGlobal Resolve(string module, string name, string path)
    {
        var global = new PickleGlobal(module, name);
        if (Allowed.ContainsKey(global.FullName))
        {
            return global;
        }

        if (module == "torch._utils" && name.StartsWith("_rebuild_", StringComparison.Ordinal))
        {
            throw new ModelException($"'{path}' holds a kind of tensor that is not supported ({Printable(global.FullName)}); save dense tensors of plain numbers");
        }

        if (module is "torch" or "torch.storage" && name.EndsWith("Storage", StringComparison.Ordinal))
        {
            throw new ModelException($"'{path}' holds tensors of an element type that is not supported ({Printable(global.FullName)}); save floating-point tensors");
        }

        // The functions of Python's os live in a module named after the platform.
        var alias = module is "posix" or "nt" ? $"os.{name} (as {Printable(global.FullName)})" : Printable(global.FullName);
        throw new ModelException(
            $"'{path}' is refused: it wants to call {alias}, which no checkpoint of weights needs; nothing was run. "
            + "If you trust its author, save only the weights: torch.save({'model': model.state_dict()}, 'new.pth')");
    }

    /// <summary>Gives the meaning of calling an allowed name.</summary>
    /// <exception cref="ModelException">The arguments are not what torch writes.</exception>
    public static object Reduce(PickleGlobal global, object?[] arguments, string path)
    {
        switch (Allowed[global.FullName])
        {
            case Kind.Dict:
                var dict = new PickleDict();
                // OrderedDict([(key, value), ...]) is how some versions of Python write it.
                if (arguments is [List<object?> pairs])
                {
                    foreach (var pair in pairs)
                    {
                        var (key, value) = pair switch
                        {
                            object?[] { Length: 2 } tuple => (tuple[0], tuple[1]),
                            List<object?> { Count: 2 } list => (list[0], list[1]),
                            _ => throw Malformed(global, path),
                        };
                        dict.Items.Add(new(key, value));
                    }
                }

                return dict;
            case Kind.Tensor:
                return RebuildTensor(global, arguments, path);
            case Kind.Parameter:
                return arguments is [PickleTensor tensor, ..] ? tensor : throw Malformed(global, path);
            case Kind.Subclass:
                return arguments is [PickleGlobal function, _, object?[] inner, ..] && Allowed[function.FullName] is Kind.Tensor or Kind.Parameter
                    ? Reduce(function, inner, path)
                    : throw Malformed(global, path);
            case Kind.Size:
                return arguments switch
                {
                    [object?[] tuple] => tuple,
                    [List<object?> list] => list.ToArray(),
                    [] => Array.Empty<object?>(),
                    _ => throw Malformed(global, path),
                };
            case Kind.Inert:
                return PickleInert.Instance;
            default:
                throw Malformed(global, path);
        }
    }

    /// <summary>Reads the reference to a block of memory: ('storage', class, key, location, count) and, in old files, a view of it.</summary>
    /// <exception cref="ModelException">It is something else.</exception>
    public static PickleStorage ResolveStorage(object? id, string path)
    {
        if (id is not object?[] parts || parts is not ["storage", PickleGlobal global, string key, _, long count, ..]
            || !Storages.TryGetValue(global.Name, out var type) || count < 0)
        {
            throw new ModelException($"'{path}' is a damaged checkpoint: a reference to tensor data is not understood; get the file again");
        }

        // The location (cpu, cuda:0, ...) says where the tensor lived when it was saved and means nothing here.
        var view = 0L;
        if (parts.Length > 5 && parts[5] is object?[] viewParts)
        {
            view = viewParts is [_, long offset, long size] && offset >= 0 && size >= 0 && offset <= count && size <= count - offset
                ? offset
                : throw new ModelException($"'{path}' is a damaged checkpoint: a view of tensor data lies outside it; get the file again");
        }

        return new PickleStorage(key, type, count, view);
    }

    private static PickleTensor RebuildTensor(PickleGlobal global, object?[] arguments, string path)
    {
        if (arguments.Length < 4 || arguments[0] is not PickleStorage storage || arguments[1] is not long offset
            || arguments[2] is not object?[] shape || arguments[3] is not object?[] strides
            || shape.Length != strides.Length || shape.Length > TensorSpec.MaxRank || offset < 0)
        {
            throw Malformed(global, path);
        }

        var type = storage.Type;
        if (type is null && arguments.Length > 6 && arguments[6] is PickleGlobal element && ElementTypes.TryGetValue(element.Name, out var named))
        {
            type = named;
        }

        if (type is not { } known)
        {
            throw new ModelException($"'{path}': a tensor has an element type that is not supported (supported: {string.Join(", ", Enum.GetNames<TensorType>())})");
        }

        var sides = new int[shape.Length];
        var steps = new long[shape.Length];
        for (var i = 0; i < sides.Length; i++)
        {
            if (shape[i] is not (long side and >= 0 and <= int.MaxValue) || strides[i] is not (long step and >= 0))
            {
                throw new ModelException($"'{path}' is a damaged checkpoint: a tensor has an impossible shape or stride; get the file again");
            }

            sides[i] = (int)side;
            steps[i] = step;
        }

        return new PickleTensor(storage, known, offset, sides, steps);
    }

    private static Dictionary<string, Kind> BuildAllowed()
    {
        var allowed = new Dictionary<string, Kind>(StringComparer.Ordinal)
        {
            ["collections.OrderedDict"] = Kind.Dict,
            ["torch._utils._rebuild_tensor"] = Kind.Tensor,
            ["torch._utils._rebuild_tensor_v2"] = Kind.Tensor,
            ["torch._utils._rebuild_tensor_v3"] = Kind.Tensor,
            ["torch._utils._rebuild_parameter"] = Kind.Parameter,
            ["torch._utils._rebuild_parameter_with_state"] = Kind.Parameter,
            ["torch._tensor._rebuild_from_type_v2"] = Kind.Subclass,
            ["torch.Size"] = Kind.Size,
            ["torch.Tensor"] = Kind.Name,
            ["torch.nn.parameter.Parameter"] = Kind.Name,
        };
        foreach (var name in Storages.Keys)
        {
            allowed["torch." + name] = Kind.Name;
            allowed["torch.cuda." + name] = Kind.Name;
            allowed["torch.storage." + name] = Kind.Name;
        }

        foreach (var name in ElementTypes.Keys)
        {
            allowed["torch." + name] = Kind.Name;
        }

        // What training leaves beside the weights (optimizer, scheduler, iteration, configuration). None of it is used.
        foreach (var name in (string[])
        [
            "_codecs.encode", "argparse.Namespace", "collections.Counter", "collections.defaultdict", "collections.deque",
            "copyreg._reconstructor", "copy_reg._reconstructor", "datetime.date", "datetime.datetime", "datetime.timedelta", "datetime.timezone",
            "detectron2.config.config.CfgNode", "fvcore.common.config.CfgNode", "yacs.config.CfgNode",
            "numpy.core.multiarray._reconstruct", "numpy.core.multiarray.scalar", "numpy._core.multiarray._reconstruct",
            "numpy._core.multiarray.scalar", "numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer", "numpy.dtype", "numpy.ndarray", "pathlib.PosixPath", "pathlib.PurePosixPath",
            "pathlib.WindowsPath", "pathlib.PureWindowsPath", "torch.device",
        ])
        {
            allowed[name] = Kind.Inert;
        }

        foreach (var module in (string[])["builtins.", "__builtin__."])
        {
            foreach (var name in (string[])["bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "object", "range", "set", "slice", "str", "tuple"])
            {
                allowed[module + name] = Kind.Inert;
            }
        }

        return allowed;
    }

    private static string Printable(string name) => new([.. name.Take(200).Select(letter => char.IsControl(letter) ? '?' : letter)]);

    private static ModelException Malformed(PickleGlobal global, string path) =>
        new($"'{path}' is a damaged checkpoint: {global.FullName} has arguments that torch never writes; get the file again");
}
