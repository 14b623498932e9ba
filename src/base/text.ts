/** The known name closest to a mistyped one (edits of one character), if it is close enough to be meant. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance && distance < name.length) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** "did you mean …?" with the nearest name, or the whole list where nothing is near. */
export function suggest(name: string, known: Iterable<string>): string {
  const names = [...known];
  const near = nearest(name, names);
  return near === undefined ? `one of: ${names.join(', ')}` : `did you mean "${near}"? (known: ${names.join(', ')})`;
}

/** Damerau's distance restricted to neighbours: insert, delete, replace, swap. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      const replace = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, replace);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.length][b.length];
}

/** 1234567 -> "1,234,567" */
export const grouped = (n: number): string => n.toLocaleString('en-US');

/** A number for people: `digits` significant, never exponent form where a plain number reads better. */
export function short(x: number, digits = 4): string {
  if (!Number.isFinite(x) || x === 0) return String(x);
  const size = Math.abs(Number(x.toPrecision(digits)));
  if (size >= 1e6 || size < 1e-4) return x.toExponential(Math.max(0, digits - 2));
  return x.toFixed(Math.max(0, digits - 1 - Math.floor(Math.log10(size))));
}

/** Seconds for people: "25 ms", "1.8 s", "12 s", "3 min 05 s", "2 h 04 min". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (n: number) => String(n).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

export const percent = (fraction: number, digits = 2): string => `${(100 * fraction).toFixed(digits)} %`;

/** A text as a shell takes it for one word; in double quotes, which every shell knows, wherever they do. */
export function forShell(text: string): string {
  if (/^[\w./:=,-]+$/.test(text)) return text;
  return /["$`\\!]/.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : `"${text}"`;
}
