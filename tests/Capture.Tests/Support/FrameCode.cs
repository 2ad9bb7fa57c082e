using OpenSegR.Realtime.Pipeline;

namespace OpenSegR.Realtime.Tests.Capture;

/// <summary>Writes a number into a picture so that it survives any codec, and reads it back: 12 bits as light and dark columns, inverted below the middle.</summary>
internal static class FrameCode
{
    private const int Bits = 12;

    public static void Draw(Frame frame, int number)
    {
        for (var y = 0; y < frame.Height; y++)
        {
            var row = frame.Row(y);
            for (var x = 0; x < frame.Width; x++)
            {
                var isLight = Bit(number, x * Bits / frame.Width) != (y >= frame.Height / 2);
                row.Slice(3 * x, 3).Fill(isLight ? (byte)215 : (byte)40);
            }
        }
    }

    public static int Read(Frame frame)
    {
        var number = 0;
        for (var bit = 0; bit < Bits; bit++)
        {
            var x = ((2 * bit) + 1) * frame.Width / (2 * Bits);
            var upper = frame.Row(frame.Height / 4)[3 * x];
            var lower = frame.Row(frame.Height * 3 / 4)[3 * x];
            Assert.True(Math.Abs(upper - lower) > 80, $"bit {bit} is not readable: {upper} above, {lower} below");
            number |= upper > lower ? 1 << bit : 0;
        }

        return number;
    }

    private static bool Bit(int number, int bit) => ((number >> bit) & 1) != 0;
}
