/** The combinations of `strategy.matrix`, with `include` and `exclude`. */

type Combination = Record<string, unknown>;

/** One empty combination when there is no matrix. Throws when it gives none, or more than GitHub's 256. */
export function matrixCombinations(matrix: unknown): Combination[] {
  if (matrix === undefined || matrix === null) return [{}];
  if (typeof matrix !== "object") throw new Error("Matrix must be a mapping");
  const { include = [], exclude = [], ...vectors } = matrix as Record<string, unknown>;
  const product = Object.entries(vectors).reduce<Combination[]>(
    (rows, [name, values]) =>
      rows.flatMap((row) => vectorOf(name, values).map((value) => ({ ...row, [name]: value }))),
    [{}],
  );
  const rows = Object.keys(vectors).length === 0 ? [] : product;
  const kept = rows.filter((row) => !asRows(exclude).some((unwanted) => agrees(row, unwanted)));
  const combinations = withIncluded(kept, asRows(include), Object.keys(vectors));
  if (combinations.length === 0) throw new Error("Matrix must define at least one vector");
  if (combinations.length > 256) throw new Error("Matrix exceeds the maximum number of 256 jobs");
  return combinations;
}

/** `name (a, b)`, as GitHub names the jobs of a matrix that says nothing else. */
export function matrixSuffix(combination: Combination): string {
  const values = Object.values(combination).filter((value) => typeof value !== "object");
  return values.length === 0 ? "" : ` (${values.map(String).join(", ")})`;
}

function vectorOf(name: string, values: unknown): unknown[] {
  if (Array.isArray(values) && values.length > 0) return values as unknown[];
  throw new Error(`Matrix vector '${name}' does not contain any values`);
}

function asRows(value: unknown): Combination[] {
  return Array.isArray(value) ? (value as Combination[]) : [];
}

function agrees(row: Combination, part: Combination): boolean {
  return Object.entries(part).every(([name, value]) => JSON.stringify(row[name]) === JSON.stringify(value));
}

/** An included row extends every combination whose own values it leaves as they are; else it is one more. */
function withIncluded(rows: Combination[], included: Combination[], own: string[]): Combination[] {
  const originals = rows.map((row) => ({ ...row }));
  const extended = [...rows];
  const added: Combination[] = [];
  for (const extra of included) {
    const owned = Object.fromEntries(Object.entries(extra).filter(([name]) => own.includes(name)));
    let fits = false;
    for (const [index, original] of originals.entries()) {
      if (!agrees(original, owned)) continue;
      extended[index] = { ...extended[index], ...extra };
      fits = true;
    }
    if (!fits) added.push(extra);
  }
  return [...extended, ...added];
}
