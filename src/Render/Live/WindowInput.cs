using System.Numerics;
using OpenSegR.Realtime.Segmentation;
using Silk.NET.Input;
using Silk.NET.Windowing;

namespace OpenSegR.Realtime.Render.Live;

/// <summary>
/// Keys and pointer of a window. Events come from within the platform's code, where nothing may be thrown: they are kept until
/// <see cref="Handle"/>.
/// </summary>
internal sealed class WindowInput : IDisposable
{
    private readonly IWindow _window;
    private readonly WindowController _controller;
    private readonly Func<SegmentationResult?> _masks;
    private readonly IInputContext _devices;
    private readonly List<Action> _events = [];
    private bool _hasMoved;

    /// <summary>Listens to a window's keyboards and mice.</summary>
    /// <param name="window">The window.</param>
    /// <param name="controller">What keys change.</param>
    /// <param name="masks">The masks that are shown at the moment, or null.</param>
    public WindowInput(IWindow window, WindowController controller, Func<SegmentationResult?> masks)
    {
        (_window, _controller, _masks) = (window, controller, masks);
        _devices = window.CreateInput();
        foreach (var keyboard in _devices.Keyboards)
        {
            keyboard.KeyDown += (device, key, _) =>
            {
                // As it is now: by the time the key is handled, Control may have been released.
                var isControl = device.IsKeyPressed(Key.ControlLeft) || device.IsKeyPressed(Key.ControlRight);
                _events.Add(() => Press(device, key, isControl));
            };
            keyboard.KeyChar += (_, character) => _events.Add(() => _controller.Type(character, _masks()));
        }

        foreach (var mouse in _devices.Mice)
        {
            mouse.MouseMove += (_, place) => Point(place);
        }
    }

    /// <summary>Place of the pointer in the window's pixels; negative before it has moved.</summary>
    public Vector2 Pointer { get; private set; } = new(-1);

    /// <summary>Does what the events since the last call ask for.</summary>
    /// <returns>True where there were any.</returns>
    public bool Handle()
    {
        var isAny = _hasMoved || _events.Count > 0;
        for (var i = 0; i < _events.Count; i++)
        {
            _events[i]();
        }

        _events.Clear();
        _hasMoved = false;
        return isAny;
    }

    /// <inheritdoc/>
    public void Dispose() => _devices.Dispose();

    private void Press(IKeyboard keyboard, Key key, bool isControl)
    {
        switch (key)
        {
            case Key.Escape:
                _controller.Escape();
                break;
            case Key.Enter or Key.KeypadEnter:
                _controller.Enter();
                break;
            case Key.F1:
                _controller.Do(WindowCommand.Help, _masks());
                break;
            case Key.Backspace:
                _controller.Editor?.Backspace();
                break;
            case Key.Delete:
                _controller.Editor?.Delete();
                break;
            case Key.Left:
                _controller.Editor?.Move(-1);
                break;
            case Key.Right:
                _controller.Editor?.Move(1);
                break;
            case Key.Home or Key.Up:
                _controller.Editor?.Move(int.MinValue / 2);
                break;
            case Key.End or Key.Down:
                _controller.Editor?.Move(int.MaxValue / 2);
                break;
            case Key.U when isControl:
                _controller.Editor?.Clear();
                break;
            case Key.V when isControl:
                _controller.Paste(keyboard.ClipboardText);
                break;
        }
    }

    private void Point(Vector2 place)
    {
        // The pointer comes in the units of the desktop, which may be larger than pixels.
        var (size, pixels) = (_window.Size, _window.FramebufferSize);
        Pointer = place * new Vector2(pixels.X / (float)Math.Max(1, size.X), pixels.Y / (float)Math.Max(1, size.Y));
        _hasMoved = true;
    }
}
