/** Whole rebase attempts, from the job to the report: what an honest run makes of odd histories is not refused by the publisher. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Report } from "../../../src/domain/report.ts";
import { matterOf, storyText, type Story } from "./rebased.ts";
import { createTaskServer, run, runWorkflow, type TaskServer } from "../task-server.ts";

interface Case extends Story {
  end?: string;
  by?: string;
  /** Of the new head on its base. */
  commits?: number;
  files?: Record<string, string | null>;
}

interface Landed {
  report: Report;
  server: TaskServer;
  before: string;
  onto: string;
  [Symbol.dispose](): void;
}

/** The story's repository takes the place of the server's own. */
async function landed(story: Story): Promise<Landed> {
  const server = createTaskServer([], { kind: "rebase" });
  const clone = join(server.root, "story");
  mkdirSync(clone);
  const file = join(server.root, "story.sh");
  writeFileSync(file, storyText(story));
  run(clone, "init", "--quiet", "--template=", "--initial-branch=main");
  const who = (role: string) => ({ [`GIT_${role}_NAME`]: "Ann", [`GIT_${role}_EMAIL`]: "ann@example.com" });
  const env = { PATH: process.env["PATH"] ?? "", HOME: server.root, ...who("AUTHOR"), ...who("COMMITTER") };
  execFileSync("bash", [file], { cwd: clone, env, stdio: "pipe" });
  run(clone, "push", "--quiet", "--force", server.bare, "main", "gza/7-task");
  const [onto, before] = [run(clone, "rev-parse", "main"), run(clone, "rev-parse", "gza/7-task")];
  const start = { base: onto, base_branch: "main", head: before, work: null };
  const job = { ...server.job, start, rebase: matterOf(story, onto), ...story.job };
  const report = await runWorkflow({ ...server, inputs: server.handOut(JSON.stringify(job)) });
  return { report, server, before, onto, [Symbol.dispose]: () => server[Symbol.dispose]() };
}

const TEXT = "1\\n2\\n3\\n4\\n5\\n6\\n";
const SUBMODULE = (digit: string): string =>
  `mkdir -p sub; git update-index --add --cacheinfo 160000,${digit.repeat(40)},sub`;
const BOTH = {
  start: "put a '1\\n2\\n3\\n'",
  branch: ["put a '1\\nours\\n3\\n'"],
  base: ["put a '1\\ntheirs\\n3\\n'"],
};

const CASES: Record<string, Case> = {
  "git alone": {
    branch: ["put a a", "put CODEOWNERS '* @bo\\n'; put .github/workflows/x.yml x"],
    base: ["put b b; put CLAUDE.md c"],
    by: "git",
    commits: 2,
    files: { a: "a", b: "b" },
  },
  "an agent": { ...BOTH, agent: "printf '1\\nboth\\n3\\n' > a", commits: 1, files: { a: "1\nboth\n3" } },
  "a verify that is red at first": {
    branch: ["put a a"],
    base: ["put b b"],
    agent: "echo fits > a",
    job: { verify: "grep -q fits a" },
    commits: 2,
    files: { a: "fits" },
  },
  "a branch that people work on, with a verify that is red at first": {
    ...BOTH,
    shared: true,
    agent: "if grep -q both a; then printf '1\\nfits\\n3\\n' > a; else printf '1\\nboth\\n3\\n' > a; fi",
    job: { verify: "grep -q fits a" },
    commits: 3,
    files: { a: "1\nfits\n3" },
  },
  "a branch that has merged the base before, which changed workflows since": {
    branch: [
      "put a a",
      "git checkout --quiet main; put b b; save Early; git checkout --quiet gza/7-task; git merge --quiet -m Merge main",
      "put a aa",
    ],
    base: ["put .github/workflows/x.yml x; put c.bin 'a\\0b'"],
    by: "git",
    commits: 4,
    files: { a: "aa", b: "b" },
  },
  "a parent branch that was squashed": {
    branch: [`put a '${TEXT}'`, `put a '${TEXT}7\\n'`, `put a '0\\n${TEXT}7\\n'`],
    base: [`put a '${TEXT}7\\n'`, `put a '${TEXT}seven\\n'`],
    by: "git",
    commits: 1,
    files: { a: "0\n1\n2\n3\n4\n5\n6\nseven" },
  },
  "a new file, and a binary one, in a folder that was renamed": {
    start: "put old/a a; put old/b b",
    branch: ["put old/c c; put old/d 'a\\0d'"],
    base: ["git mv old new"],
    by: "git",
    commits: 1,
    files: { "new/c": "c", "old/c": null },
  },
  "the same new file on both sides, on one of them executable": {
    branch: ["put a a; chmod +x a; put b b"],
    base: ["put a a; put c c"],
    by: "git",
    commits: 1,
  },
  "names of all kinds, links and submodules that nobody touches twice": {
    start: `${SUBMODULE("1")}; put 'ä ö/ü🎉 [x]*?.txt' '${TEXT}'; ln -s one link`,
    branch: [`mkdir -p sub; put 'ä ö/ü🎉 [x]*?.txt' 'zero\\n${TEXT}'; ln -sf two link; put $'a\\nb' ab`],
    base: [`${SUBMODULE("2")}; put 'ä ö/ü🎉 [x]*?.txt' '${TEXT}seven\\n'`],
    by: "git",
    commits: 1,
  },
  "lines added at one place, kept by attribute": {
    start: "put .gitattributes 'CHANGES merge=union\\n'; put CHANGES 'Changes\\n'",
    branch: ["put CHANGES 'Changes\\n- ours\\n'"],
    base: ["put CHANGES 'Changes\\n- theirs\\n'"],
    by: "git",
    commits: 1,
    files: { CHANGES: "Changes\n- theirs\n- ours" },
  },
  "a file renamed there and changed on both sides": {
    start: `put a '${TEXT}'`,
    branch: [`put a '${TEXT}ours\\n'`],
    base: [`git mv a b; put b '${TEXT}theirs\\n'`],
    agent: "printf '1\\nboth\\n' > b",
    commits: 1,
    files: { a: null, b: "1\nboth" },
  },
  "a file renamed here and deleted there": {
    start: `put a '${TEXT}'; put c c`,
    branch: ["git mv a ours"],
    base: ["rm a; put c d"],
    agent: "true",
    commits: 1,
  },
  "a file deleted here and changed there": {
    start: `put a '${TEXT}'; put b b`,
    branch: ["rm a; put b c"],
    base: [`put a '${TEXT}7\\n'`],
    agent: "rm a",
    commits: 1,
    files: { a: null },
  },
  "a lock file": {
    start: "put app.lock 0; put app.txt '1\\n2\\n3\\n4\\n5\\n'",
    branch: ["put app.txt 'one\\n2\\n3\\n4\\n5\\n'; put app.lock ours"],
    base: ["put app.txt '1\\n2\\n3\\n4\\nfive\\n'; put app.lock theirs"],
    regenerate: { "app.lock": "cksum < app.txt > app.lock" },
    by: "regeneration",
    commits: 1,
  },
  "markers that are what a file is about": {
    start: "put a '<<<<<<< shown\\n1\\n>>>>>>> shown\\n'",
    branch: ["put a '<<<<<<< shown\\nours\\n>>>>>>> shown\\n'"],
    base: ["put a '<<<<<<< shown\\ntheirs\\n>>>>>>> shown\\n'"],
    agent: "printf '<<<<<<< shown\\nboth\\n>>>>>>> shown\\n' > a",
    commits: 1,
  },
};

it.concurrent.each(Object.entries(CASES))("hands over what came of %s", async (_, story) => {
  using done = await landed(story);
  const { report, server, before, onto } = done;

  expect(report).toMatchObject({
    end: "completed",
    guard: [],
    work: { base: onto, finished: true, commits: story.commits },
    rebase: { by: story.by ?? "agent", before, onto, commits: { after: story.commits } },
    session: false,
  });
  expect(report.rebase?.range_diff).not.toBe("");
  expect(report.usage.turns > 0).toBe((story.by ?? "agent") === "agent");
  const head = report.work?.head ?? "";
  server.git("merge-base", "--is-ancestor", onto, head);
  for (const [path, text] of Object.entries(story.files ?? {})) {
    const there = server.git("ls-tree", "--name-only", head, "--", path) !== "";
    expect(there ? server.git("show", `${head}:${path}`) : null).toBe(text);
  }
});

const ENDS: Record<string, Case & { end: string }> = {
  "a base that has not moved": { branch: ["put a a"], base: [], end: "completed", by: "nothing" },
  "a branch that landed": { branch: ["put a a"], base: ["put a a"], end: "unchanged", by: "git" },
  "a binary file on both sides": {
    start: "put a 'a\\0a'",
    branch: ["put a 'a\\0b'"],
    base: ["put a 'a\\0c'"],
    end: "conflict",
    by: "git",
  },
  "an agent that gives up": {
    ...BOTH,
    agent: [{ json: { outcome: "gave_up", text: "They want opposite things." } }],
    end: "conflict",
  },
  "an agent that leaves the markers": { ...BOTH, agent: "true", end: "conflict" },
  "a verify that stays red": {
    branch: ["put a a"],
    base: ["put b b"],
    agent: "echo other > a",
    job: { verify: "false" },
    end: "verify_red",
  },
};

it.concurrent.each(Object.entries(ENDS))("keeps no work of %s", async (_, story) => {
  using done = await landed(story);
  const { report, before, onto } = done;

  expect(report).toMatchObject({
    end: story.end,
    work: null,
    guard: [],
    rebase: { by: story.by ?? "agent", before, onto, range_diff: "" },
    session: false,
  });
  const left = story.end === "conflict" ? [{ path: "a", by: "left" }] : [];
  expect(report.rebase?.conflicts).toMatchObject(left);
});
