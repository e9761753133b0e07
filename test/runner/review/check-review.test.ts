/** Citations of a review against a real head: kept, dropped and why, fingerprints, anchors, what is gone. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkReview, type CheckedReview } from "../../../src/runner/review/check-review.ts";
import type { RawFinding } from "../../../src/runner/raw-report.ts";
import {
  createTaskServer,
  knownFinding,
  peoplesClone,
  run,
  withHead,
  type TaskServer,
} from "../task-server.ts";

const lines = (count: number, change: (line: number) => string = (line) => `line ${line}`): string =>
  `${Array.from({ length: count }, (_, index) => change(index + 1)).join("\n")}\n`;

let server: TaskServer & { head: string };

beforeAll(() => {
  const started = createTaskServer([], {}, { "long.txt": lines(100), "old.txt": lines(10) });
  // The base moves on after the branch has left it: the fork point lies behind.
  server = withHead(started, (clone) => {
    write(
      clone,
      "long.txt",
      lines(100, (line) => (line === 20 || line === 60 ? `changed ${line}` : `line ${line}`)),
    );
    write(clone, "dir with space/naïve 文件.txt", "\tone  two\nthree\n\nthree\n");
    write(clone, "picture.png", Buffer.from([0, 1, 2]));
    run(clone, "rm", "--quiet", "old.txt");
  });
  const folder = peoplesClone(server);
  write(
    folder,
    "long.txt",
    lines(100, (line) => (line === 90 ? "base" : `line ${line}`)),
  );
  run(folder, "commit", "--quiet", "--all", "-m", "The base moves on");
  run(folder, "push", "--quiet", server.bare, "main");
});

afterAll(() => server[Symbol.dispose]());

function write(folder: string, path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

function finding(change: Partial<RawFinding>): RawFinding {
  const { severity, title, path, line, end_line, evidence, impact, fix, tests, sites } = knownFinding({
    n: 1,
  });
  return { severity, title, path, line, end_line, evidence, impact, fix, tests, sites, ...change };
}

async function check(...findings: RawFinding[]): Promise<CheckedReview> {
  const base = run(server.bare, "rev-parse", "main");
  const job = { ...server.job, start: { ...server.job.start, base } };
  const checked = await checkReview(server.bare, { job, head: server.head, findings });
  if (checked === null) throw new Error("there is a diff");
  return checked;
}

it.each([
  ["a changed line", { line: 20 }, { line: 20, start_line: null }],
  ["a line of context", { line: 17 }, { line: 17, start_line: null }],
  ["a line outside every hunk", { line: 40 }, null],
  ["a line that only the base has changed", { line: 90 }, null],
  ["a range inside a hunk", { line: 19, end_line: 21 }, { line: 21, start_line: 19 }],
  ["a range that begins before the hunk", { line: 5, end_line: 18 }, { line: 18, start_line: 17 }],
  ["a range over two hunks", { line: 22, end_line: 70 }, { line: 23, start_line: 22 }],
  ["the file as a whole", { line: null }, null],
])("anchors %s", async (_, place, anchor) => {
  const { findings } = await check(finding({ path: "long.txt", ...place }));

  expect(findings).toMatchObject([{ anchor }]);
});

it("drops what is not at the head and says why", async () => {
  const { findings, review } = await check(
    finding({ path: "long.txt", line: 101 }),
    finding({ path: "old.txt", line: 1 }),
    finding({ path: "dir with space", line: null }),
    finding({ path: "../etc/passwd", line: 1, title: "Climbs" }),
    finding({ path: "no such.txt", line: null }),
  );

  expect(findings).toEqual([]);
  expect(review.dropped.map(({ why }) => why)).toEqual([
    "long.txt has 100 lines at the head",
    "there is no file old.txt at the head",
    "there is no file dir with space at the head",
    "there is no file ../etc/passwd at the head",
    "there is no file no such.txt at the head",
  ]);
  expect(review.dropped[3]).toMatchObject({ title: "Climbs", path: "../etc/passwd", line: 1 });
});

it("keeps odd names, binary files as wholes, the end of a range inside its file, and sites that exist", async () => {
  const { findings } = await check(
    finding({ path: "dir with space/naïve 文件.txt", line: 2, end_line: 9 }),
    finding({ path: "picture.png", line: null }),
    finding({
      path: "long.txt",
      line: 20,
      sites: [
        { path: "long.txt", line: 60 },
        { path: "long.txt", line: 600 },
        { path: "nowhere.txt", line: null },
      ],
    }),
  );

  expect(findings).toMatchObject([
    { line: 2, end_line: 4, anchor: { line: 4, start_line: 2 } },
    { line: null, anchor: null },
    { sites: [{ path: "long.txt", line: 60 }] },
  ]);
});

it("gives the same lines the same fingerprint, wherever they stand and however they are indented", async () => {
  const path = "dir with space/naïve 文件.txt";
  const { findings } = await check(
    finding({ path, line: 1 }),
    finding({ path, line: 2, title: "Other words" }),
    finding({ path, line: 4 }),
    finding({ path, line: null, title: "Whole  file" }),
  );
  const prints = findings.map((one) => one.fingerprint);
  const again = await check(finding({ path, line: 4, title: "New words" }));

  expect(prints.every((print) => /^[0-9a-f]{12}$/.test(print))).toBe(true);
  // Lines 2 and 4 are the same: in one review they are told apart by their order.
  expect(new Set(prints).size).toBe(4);
  expect(again.findings[0]?.fingerprint).toBe(prints[1]);
});

it("says which earlier findings have lost their lines", async () => {
  const path = "long.txt";
  const { findings } = await check(
    finding({ path, line: 20 }),
    finding({ path, line: 59, end_line: 61 }),
    finding({ path, line: 59, end_line: 61, title: "Twice" }),
    finding({ path, line: null }),
  );
  const known = findings.map((one, index) => knownFinding({ ...one, n: index + 1 }));
  const moved = known.map((one) => ({
    ...one,
    line: one.line === null ? null : 1,
    end_line: one.end_line === null ? null : 3,
  }));
  const lost = [
    knownFinding({ n: 8, path, line: 20 }),
    knownFinding({ n: 9, path: "old.txt", line: null }),
    knownFinding({ n: 10, path: "old.txt", line: 3 }),
  ];

  const checked = await checkReview(server.bare, {
    job: { ...server.job, findings: [...known, ...moved, ...lost] },
    head: server.head,
    findings: [],
  });

  expect(checked?.review.gone).toEqual(lost.map((one) => one.fingerprint));
});

it("names the patch from the fork point on, whatever the base has done since", async () => {
  const onMoved = (await check()).review;
  const onFork = await checkReview(server.bare, { job: server.job, head: server.head, findings: [] });

  expect(onMoved).toMatchObject({ head: server.head, patch: expect.stringMatching(/^[0-9a-f]{40}$/) });
  expect(onFork?.review.patch).toBe(onMoved.patch);
});
