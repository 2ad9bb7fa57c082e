using OpenSegR.Realtime.Render;

namespace OpenSegR.Realtime.Tests;

/// <summary>Shader files that are missing, wrong, or changed while a program runs.</summary>
public sealed class ShaderFileTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "shaders-" + Guid.NewGuid().ToString("N"));

    public ShaderFileTests()
    {
        Directory.CreateDirectory(_folder);
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "shaders"), "*.glsl"))
        {
            System.IO.File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_error_names_the_file_and_the_line()
    {
        System.IO.File.WriteAllText(File("fill.glsl"), "#include \"grid.include.glsl\"\nout vec4 picture;\nvoid main() { nonsense }\n");
        var error = Assert.Throws<SegrException>(() => Create());
        Assert.Contains("fill.glsl", error.Message, StringComparison.Ordinal);
        // Drivers write "0:3(...)", "0(3)" or "ERROR: 0:3".
        Assert.Matches("[:(]3[^0-9]", error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_missing_file_or_folder_is_named()
    {
        System.IO.File.Delete(File("guide.glsl"));
        Assert.Contains("guide.glsl", Assert.Throws<SegrException>(() => Create()).Message, StringComparison.Ordinal);
        using var context = Headless.Context();
        var error = Assert.Throws<SegrException>(() =>
            new GlCompositor(context, ownsContext: false, new GlCompositorOptions { ShaderFolder = "/nowhere" }));
        Assert.Contains("/nowhere", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_file_takes_effect_and_a_bad_one_is_reported_once()
    {
        using var scene = new Scene(32, 18, 4);
        var style = OverlayStyle.Default with { Legend = false, Contours = false };
        var reports = new List<string>();
        using var compositor = Create(reports);
        Assert.True(compositor.Compose(scene.Frame, null, style, null, scene.Target));
        var original = scene.Target.Pixels.ToArray();
        Assert.Equal(scene.Frame.Pixels.ToArray(), original);

        var good = System.IO.File.ReadAllText(File("fill.glsl"));
        Replace("fill.glsl", good.Replace("picture = vec4(", "picture = vec4(0.2, 0.4, 0.6, 1.0); return; picture = vec4(", StringComparison.Ordinal));
        WaitFor(() => Compose(compositor, scene, style)[..3] is [51, 102, 153]);

        Replace("fill.glsl", "void main() { nonsense }");
        WaitFor(() =>
        {
            Assert.Equal([51, 102, 153], Compose(compositor, scene, style)[..3]);
            return reports.Count > 0;
        });
        for (var i = 0; i < 3; i++)
        {
            Compose(compositor, scene, style);
        }

        Assert.Contains("fill.glsl", Assert.Single(reports), StringComparison.Ordinal);
        Replace("fill.glsl", good);
        WaitFor(() => Compose(compositor, scene, style).AsSpan().SequenceEqual(original));
    }

    private static byte[] Compose(GlCompositor compositor, Scene scene, OverlayStyle style)
    {
        Assert.True(compositor.Compose(scene.Frame, null, style, null, scene.Target));
        return scene.Target.Pixels.ToArray();
    }

    /// <summary>Composes until the change was noticed: the system tells of changed files when it likes.</summary>
    private static void WaitFor(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromMinutes(2)), "the changed shader was not noticed");

    private string File(string name) => Path.Combine(_folder, name);

    /// <summary>As editors save: a new file under another name, then the rename.</summary>
    private void Replace(string name, string text)
    {
        System.IO.File.WriteAllText(File(name + ".new"), text);
        System.IO.File.Move(File(name + ".new"), File(name), overwrite: true);
    }

    private GlCompositor Create(List<string>? reports = null) => new(Headless.Context(), ownsContext: true, new GlCompositorOptions
    {
        Latency = 0, ShaderFolder = _folder, WatchShaders = reports is not null, ReportShaderError = reports is null ? null : reports.Add,
    });
}
