using System.CommandLine;
using OpenSegR.Realtime.Render;

namespace OpenSegR.Realtime.Cli.Options;

/// <summary>How masks are drawn, and by what.</summary>
internal sealed class OverlayOptions
{
    private readonly Option<string> _renderer = new("--renderer")
    {
        Description = "What draws: auto takes OpenGL and falls back to the CPU",
        DefaultValueFactory = _ => "auto",
    };

    private readonly Option<float?> _opacity = new("--opacity") { Description = "Opacity of the masks", DefaultValueFactory = _ => 0.5f, HelpName = "0..1" };

    private readonly Option<float> _contourWidth = new("--contour-width")
    {
        Description = "Width of the lines between masks in pixels; 0 for none",
        DefaultValueFactory = _ => 2f,
        HelpName = "0..9",
    };

    private readonly Option<bool> _noLegend = new("--no-legend") { Description = "Leave the list of classes out" };

    private readonly Option<bool> _hud = new("--hud") { Description = "Show rates and latencies" };

    private readonly Option<string?> _highlight = new("--highlight") { Description = "Name of the one class that stands out", HelpName = "NAME" };

    public OverlayOptions() => _renderer.AcceptOnlyFromAmong("auto", "gl", "cpu");

    public void AddTo(Command command)
    {
        command.Options.Add(_renderer);
        command.Options.Add(_opacity);
        command.Options.Add(_contourWidth);
        command.Options.Add(_noLegend);
        command.Options.Add(_hud);
        command.Options.Add(_highlight);
    }

    public CompositorKind Renderer(ParseResult parsed) => parsed.GetValue(_renderer) switch
    {
        "gl" => CompositorKind.OpenGl,
        "cpu" => CompositorKind.Cpu,
        _ => CompositorKind.Auto,
    };

    public bool Hud(ParseResult parsed) => parsed.GetValue(_hud);

    public OverlayStyle Style(ParseResult parsed)
    {
        var opacity = parsed.GetFraction(_opacity) ?? 0;
        var width = parsed.GetValue(_contourWidth);
        if (width != 0 && !(width >= 0.5f && width <= 9))
        {
            throw new InputException($"--contour-width {width}: must be 0.5 to 9, or 0 for none");
        }

        return new OverlayStyle
        {
            Opacity = opacity,
            Contours = width > 0,
            ContourWidth = width > 0 ? width : 2,
            Legend = !parsed.GetValue(_noLegend),
            Hud = parsed.GetValue(_hud),
            HighlightClass = parsed.GetValue(_highlight),
        };
    }
}
