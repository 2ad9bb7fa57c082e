using OpenCvSharp.Internal;

namespace OpenCvSharp;

public static partial class Cv2
{
    /// <summary>
    /// Dense motion by polynomial expansion (Farneback 2003) between two 8-bit, one-channel images of the same size.
    /// </summary>
    /// <param name="prev">First image.</param>
    /// <param name="next">Second image.</param>
    /// <param name="flow">CV_32FC2: prev(y, x) moves to next(y + flow.y, x + flow.x), in pixels.</param>
    /// <param name="pyrScale">Ratio of one pyramid level to the one below it, less than 1.</param>
    /// <param name="levels">Pyramid levels.</param>
    /// <param name="winsize">Averaging window in pixels.</param>
    /// <param name="iterations">Rounds at each level.</param>
    /// <param name="polyN">Neighbourhood of the expansion, 5 or 7.</param>
    /// <param name="polySigma">Its Gaussian sigma, 1.1 or 1.5.</param>
    /// <param name="flags">Options; <see cref="OpticalFlowFlags.UseInitialFlow"/> starts from what <paramref name="flow"/> holds.</param>
    public static void CalcOpticalFlowFarneback(
        InputArray prev,
        InputArray next,
        InputOutputArray flow,
        double pyrScale,
        int levels,
        int winsize,
        int iterations,
        int polyN,
        double polySigma,
        OpticalFlowFlags flags)
    {
        ArgumentNullException.ThrowIfNull(prev);
        ArgumentNullException.ThrowIfNull(next);
        ArgumentNullException.ThrowIfNull(flow);
        NativeMethods.Check(NativeMethods.FlowFarneback(
            prev.Handle, next.Handle, flow.Handle, pyrScale, levels, winsize, iterations, polyN, polySigma, (int)flags));
    }

    /// <summary>Motion of single points by the iterative Lucas-Kanade method with pyramids.</summary>
    /// <param name="prevImg">First image, 8 bits.</param>
    /// <param name="nextImg">Second image of the same size and type.</param>
    /// <param name="prevPts">Points in the first image, [1, N] CV_32FC2.</param>
    /// <param name="nextPts">Points in the second image, [1, N] CV_32FC2.</param>
    /// <param name="status">[N, 1] CV_8UC1, 1 where the point was found.</param>
    /// <param name="err">[N, 1] CV_32FC1, error of each point.</param>
    /// <param name="winSize">Search window, 21x21 by default.</param>
    /// <param name="maxLevel">Highest pyramid level, from 0.</param>
    /// <param name="criteria">When the search stops; 30 rounds or 0.01 pixels by default.</param>
    /// <param name="flags">Options.</param>
    /// <param name="minEigThreshold">Points with a smaller eigenvalue are dropped.</param>
    public static void CalcOpticalFlowPyrLK(
        InputArray prevImg,
        InputArray nextImg,
        InputArray prevPts,
        InputOutputArray nextPts,
        OutputArray status,
        OutputArray err,
        Size? winSize = null,
        int maxLevel = 3,
        TermCriteria? criteria = null,
        OpticalFlowFlags flags = OpticalFlowFlags.None,
        double minEigThreshold = 1e-4)
    {
        ArgumentNullException.ThrowIfNull(prevImg);
        ArgumentNullException.ThrowIfNull(nextImg);
        ArgumentNullException.ThrowIfNull(prevPts);
        ArgumentNullException.ThrowIfNull(nextPts);
        ArgumentNullException.ThrowIfNull(status);
        ArgumentNullException.ThrowIfNull(err);
        var stop = criteria ?? TermCriteria.Both(30, 0.01);
        NativeMethods.Check(NativeMethods.FlowPyrLK(
            prevImg.Handle,
            nextImg.Handle,
            prevPts.Handle,
            nextPts.Handle,
            status.Handle,
            err.Handle,
            winSize ?? new Size(21, 21),
            maxLevel,
            (int)stop.Type,
            stop.MaxCount,
            stop.Epsilon,
            (int)flags,
            minEigThreshold));
    }
}
