namespace OpenSegR.Realtime.Render.Live;

/// <summary>Where a picture is in a window, in pixels from the window's top left corner: as large as fits, aspect kept, centred.</summary>
internal readonly record struct Viewport(int Left, int Top, int Width, int Height)
{
    /// <summary>The viewport of a picture in a window.</summary>
    public static Viewport Fit(int pictureWidth, int pictureHeight, int windowWidth, int windowHeight)
    {
        if (windowWidth < 1 || windowHeight < 1)
        {
            return new Viewport(0, 0, 1, 1);
        }

        var isWider = (long)pictureWidth * windowHeight >= (long)windowWidth * pictureHeight;
        var width = isWider ? windowWidth : (int)Math.Max(1, Math.Round((double)windowHeight * pictureWidth / pictureHeight));
        var height = isWider ? (int)Math.Max(1, Math.Round((double)windowWidth * pictureHeight / pictureWidth)) : windowHeight;
        return new Viewport((windowWidth - width) / 2, (windowHeight - height) / 2, width, height);
    }

    /// <summary>The place in a picture or label map under a pixel of the window, or null beside it.</summary>
    /// <param name="x">Column in the window.</param>
    /// <param name="y">Row in the window.</param>
    /// <param name="width">Columns of the picture or map.</param>
    /// <param name="height">Rows of the picture or map.</param>
    public (int X, int Y)? Find(int x, int y, int width, int height)
    {
        if (x < Left || y < Top || x >= Left + Width || y >= Top + Height)
        {
            return null;
        }

        return ((int)((((2L * (x - Left)) + 1) * width) / (2L * Width)), (int)((((2L * (y - Top)) + 1) * height) / (2L * Height)));
    }
}
