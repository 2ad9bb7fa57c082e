"""Exact assignment (shortest augmenting paths, Jonker and Volgenant 1987) for few rows and more columns."""
import numpy as np


def assign(cost):
    """cost [n, m] with n <= m -> column of each row, minimising the sum."""
    n, m = cost.shape
    u, v = np.zeros(n + 1), np.zeros(m + 1)
    owner, way = np.zeros(m + 1, int), np.zeros(m + 1, int)
    padded = np.zeros((n + 1, m + 1))
    padded[1:, 1:] = cost
    for row in range(1, n + 1):
        owner[0] = row
        column = 0
        least = np.full(m + 1, np.inf)
        used = np.zeros(m + 1, bool)
        while True:
            used[column] = True
            i = owner[column]
            reduced = padded[i] - u[i] - v
            better = (reduced < least) & ~used
            least[better] = reduced[better]
            way[better] = column
            following = int(np.where(used, np.inf, least)[1:].argmin()) + 1
            delta = least[following]
            np.add.at(u, owner[used], delta)
            v[used] -= delta
            least[~used] -= delta
            column = following
            if owner[column] == 0:
                break
        while column:
            previous = way[column]
            owner[column] = owner[previous]
            column = previous
    result = np.zeros(n, int)
    for column in range(1, m + 1):
        if owner[column]:
            result[owner[column] - 1] = column - 1
    return result
