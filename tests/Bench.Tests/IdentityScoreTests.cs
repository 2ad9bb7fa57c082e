using OpenSegR.Realtime.Bench;
using OpenSegR.Realtime.Segmentation;

namespace OpenSegR.Realtime.Tests.Bench;

public sealed class IdentityScoreTests
{
    private const ushort Void = SegmentationResult.Void;
    private static readonly SegmentationResultPool Pool = new();
    private readonly IdentityScore _score = new();

    [Fact]
    public void Numbers_that_stay_are_perfect()
    {
        _score.Cut();
        Add("aabb", (0, 7), (1, 9));
        Add("abb.", (0, 7), (1, 9));
        Check(things: 2, switches: 0, kept: 1, idF1: 1, association: 1);
        Assert.Equal(0.5, _score.Stq(0.25), 12);
    }

    [Fact]
    public void A_thing_that_gets_another_number_counts_with_the_longer_one()
    {
        // Three frames as 7, one as 8, four pixels each: of the eight frames (four true, four shown) 2 x 3 fit.
        _score.Cut();
        Add("aaaa", (0, 7));
        Add("aaaa", (0, 7));
        Add("aaaa", (0, 7));
        Add("aaaa", (0, 8));
        // Association: 12 pixels at an IoU of 12/16 and 4 at 4/16, of 16.
        Check(things: 1, switches: 1, kept: 0, idF1: 0.75, association: ((12 * 0.75) + (4 * 0.25)) / 16);
    }

    [Fact]
    public void Two_things_that_swap_their_numbers_switch_both()
    {
        _score.Cut();
        Add("aabb", (0, 1), (1, 2));
        Add("aabb", (0, 2), (1, 1));
        // Each number has one frame of each thing: IoU 2 of 6 pixels, twice for each thing.
        Check(things: 2, switches: 2, kept: 0, idF1: 0.5, association: 1 / 3.0);
    }

    [Fact]
    public void A_thing_that_comes_back_is_compared_with_the_number_it_had()
    {
        _score.Cut();
        Add("aabb", (0, 1), (1, 2));
        Add("..bb", (1, 2));
        Add("aabb", (0, 3), (1, 2));
        // Five frames of things, five of numbers; 1 or 3 fits one of two, and 2 all three.
        Check(things: 2, switches: 1, kept: 0.5, idF1: 0.8, association: (1 + 0.5) / 2);
    }

    [Fact]
    public void What_covers_no_more_than_half_is_not_found()
    {
        _score.Cut();
        // The thing is four pixels, two of them are shown: exactly half.
        Add("aaaa", shown: "aa..", (0, 1));
        Check(things: 1, switches: 0, kept: 0, idF1: 0, association: 2 * 0.5 / 4);
    }

    [Fact]
    public void Clips_are_apart_and_void_is_not_counted()
    {
        _score.Cut();
        Add("aa..", (0, 1));
        _score.Cut();
        // The same number for another thing is no switch; what is shown where the truth is unknown is no mistake.
        Add("?bb?", shown: "bbbb", (0, 5), (1, 1));
        Check(things: 2, switches: 0, kept: 1, idF1: 1, association: 1);
    }

    [Fact]
    public void Nothing_at_all_is_nothing()
    {
        Check(things: 0, switches: 0, kept: 0, idF1: 0, association: 0);
        _score.Cut();
        Add("aa..", shown: "....");
        Check(things: 1, switches: 0, kept: 0, idF1: 0, association: 0);
    }

    [Fact]
    public void An_assignment_gives_up_the_best_pair_for_the_best_sum()
    {
        Assert.Equal(18, Assignment.Best(new long[,] { { 10, 9 }, { 9, 1 } }));
        Assert.Equal(7, Assignment.Best(new long[,] { { 1, 7, 3 } }));
        Assert.Equal(7, Assignment.Best(new long[,] { { 1 }, { 7 }, { 3 } }));
        Assert.Equal(0, Assignment.Best(new long[0, 3]));
    }

    [Fact]
    public void Any_assignment_is_as_good_as_the_best_of_all_permutations()
    {
        var random = new Random(3);
        for (var trial = 0; trial < 50; trial++)
        {
            var gains = new long[5, 5];
            foreach (var (row, column) in from r in Enumerable.Range(0, 5) from c in Enumerable.Range(0, 5) select (r, c))
            {
                gains[row, column] = random.Next(trial < 25 ? 3 : 1000);
            }

            Assert.Equal(Permutations([0, 1, 2, 3, 4]).Max(p => p.Select((column, row) => gains[row, column]).Sum()), Assignment.Best(gains));
        }
    }

    private static IEnumerable<int[]> Permutations(int[] of) => of.Length <= 1
        ? [of]
        : of.SelectMany(first => Permutations([.. of.Where(other => other != first)]).Select(rest => (int[])[first, .. rest]));

    private void Add(string truth, params (int Letter, int Id)[] numbers) => Add(truth, truth, numbers);

    // Letters are things from a on, a point is ground, a question mark is void; each letter that is shown has a number.
    private void Add(string truth, string shown, params (int Letter, int Id)[] numbers)
    {
        using var result = Pool.Rent();
        result.Resize(truth.Length, 1);
        result.Mode = SegmentationMode.Panoptic;
        result.Segments.Clear();
        result.Segments.Add(new Segment(1, 0, false, 1, 1, default));
        foreach (var (_, id) in numbers)
        {
            result.Segments.Add(new Segment(result.Segments.Count + 1, 1, true, 1, 1, default, id));
        }

        for (var i = 0; i < shown.Length; i++)
        {
            result.Labels[i] = shown[i] == '.' ? (ushort)0 : (ushort)(1 + Array.FindIndex(numbers, number => number.Letter == shown[i] - 'a'));
        }

        _score.Add(result, [.. truth.Select(c => char.IsLetter(c) ? (ushort)(c - 'a') : Void)], [.. truth.Select(c => c == '?' ? Void : (ushort)(c == '.' ? 0 : 1))]);
    }

    private void Check(int things, int switches, double kept, double idF1, double association)
    {
        Assert.Equal(things, _score.Things);
        Assert.Equal(switches, _score.Switches);
        Assert.Equal(kept, _score.Kept, 12);
        Assert.Equal(idF1, _score.IdF1, 12);
        Assert.Equal(association, _score.Association, 12);
    }
}
