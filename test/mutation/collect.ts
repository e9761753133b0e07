/** Stands in for Vitest's `describe` and `it` where tests are run without its process: they are only collected here. */
import { readFileSync } from "node:fs";
import path from "node:path";
import * as vitest from "vitest";

const asserting = vitest.expect;

// Vitest's own comparison with a file needs its process, and writes where it should only read.
export const expect = Object.assign((received: unknown, message?: string) => {
  const assertion = asserting(received, message);
  const toMatchFileSnapshot = (file: string): void =>
    vitest.assert.equal(received, readFileSync(path.resolve("test/domain", file), "utf8"));
  return Object.defineProperty(assertion, "toMatchFileSnapshot", { value: toMatchFileSnapshot });
}, asserting);

export interface CollectedTest {
  /** File, suites and name; numbered where a table has rows of one name. */
  id: string;
  run: () => unknown;
}

type Body<Row extends unknown[]> = (...row: Row) => unknown;

/** What the tests of one load are added to; on the global object, because each load has a module of its own. */
interface Collecting {
  tests: CollectedTest[];
  place: string[];
}
const shared = globalThis as { gzaCollecting?: Collecting };

/** From now on every test that is declared is added to `tests`. */
export function collectInto(tests: CollectedTest[]): void {
  shared.gzaCollecting = { tests, place: [] };
}

/** Everything that is declared while `load` goes on belongs to this file. */
export async function inFile(name: string, load: () => Promise<unknown>): Promise<void> {
  const { place } = collecting();
  place.push(name);
  await load();
  place.pop();
}

function suite(name: string, one: unknown, other?: unknown): void {
  const { place } = collecting();
  place.push(name);
  bodyOf(one, other)();
  place.pop();
}

function test(name: string, one: unknown, other?: unknown): void {
  const { tests, place } = collecting();
  tests.push({ id: [tests.length, ...place, name].join(" > "), run: bodyOf(one, other) });
}

export const describe = Object.assign(suite, { each: each(suite) });
export const it = Object.assign(test, { each: each(test) });

/** A table's rows, each a test or a suite of its own; a row that is no list is its only argument. */
function each(declare: typeof test) {
  return (rows: readonly unknown[]) =>
    (name: string, one: unknown, other?: unknown): void => {
      const body = bodyOf(one, other);
      for (const row of rows) declare(name, () => body(...(Array.isArray(row) ? row : [row])));
    };
}

/** The options of a test may stand before its body. */
function bodyOf(one: unknown, other: unknown): Body<unknown[]> {
  const body = typeof one === "function" ? one : other;
  if (typeof body !== "function") throw new Error("a test is declared without a body");
  return (...row) => Reflect.apply(body, undefined, row);
}

function collecting(): Collecting {
  if (!shared.gzaCollecting) throw new Error("tests are declared before anything collects them");
  return shared.gzaCollecting;
}
