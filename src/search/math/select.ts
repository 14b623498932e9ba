/** The value that would stand at `place` (from 0) if the values, none of them NaN, were sorted; moves them about (Hoare 1961). */
export function nthSmallest(values: Float64Array, place: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1];
    let left = low;
    let right = high;
    while (left <= right) {
      while (values[left] < pivot) left++;
      while (values[right] > pivot) right--;
      if (left > right) break;
      const held = values[left];
      values[left++] = values[right];
      values[right--] = held;
    }
    if (place <= right) high = right;
    else if (place >= left) low = left;
    else break;
  }
  return values[place];
}

/**
 * What `percent` (0 to 100) of the values lie below, linear between neighbours; NaN counts for nothing, and of nothing it is NaN. It takes
 * time in proportion to their number.
 */
export function percentileOf(values: ArrayLike<number>, percent: number): number {
  const numbers = Float64Array.from(values).filter((value) => !Number.isNaN(value));
  if (numbers.length === 0) return Number.NaN;
  const place = ((numbers.length - 1) * percent) / 100;
  const below = Math.floor(place);
  const low = nthSmallest(numbers, below);
  if (below === place) return low;
  const high = numbers.subarray(below + 1).reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  return low === high ? low : low + (high - low) * (place - below);
}
