/** Work that began before the base's workflow files changed: put on the newest base where git can do it alone. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import type { Report } from "../../../src/domain/report.ts";
import { publish } from "../../../src/runner/publish/publish.ts";
import { blankReport } from "../../../src/runner/raw-report.ts";
import { createTaskServer, run, type TaskServer } from "../task-server.ts";

const CI = ".github/workflows/ci.yml";
const DONE = blankReport({ attempt: 1, kind: "implement", end: "completed", summary: "Done." });

function write(clone: string, path: string, text: string): void {
  mkdirSync(dirname(join(clone, path)), { recursive: true });
  writeFileSync(join(clone, path), text);
  run(clone, "add", "--all");
  run(clone, "commit", "--quiet", "-m", `Write ${path}`);
}

/** What the agent's workflow job leaves; meanwhile the base goes on. */
async function published(
  server: TaskServer,
  from: { work: (clone: string) => void; base: (clone: string) => void; end?: "completed" | "max_turns" },
): Promise<Report> {
  const { root, bare, inputs } = server;
  const clone = join(root, "clone");
  run(root, "clone", "--quiet", bare, clone);
  run(clone, "checkout", "--quiet", "-b", "work");
  from.work(clone);
  mkdirSync(inputs.handOver, { recursive: true });
  run(clone, "bundle", "create", "--quiet", join(inputs.handOver, "work.bundle"), "work", "^origin/main");
  run(clone, "checkout", "--quiet", "main");
  from.base(clone);
  run(clone, "push", "--quiet", "origin", "main");
  const raw = { ...DONE, end: from.end ?? "completed", commits: 2 };
  writeFileSync(join(inputs.handOver, "raw-report.json"), JSON.stringify(raw));
  await publish(inputs, server.remote);
  return server.report();
}

function twoCommits(clone: string): void {
  write(clone, "a.txt", "one\n");
  write(clone, "src/add.js", "export const add = (a, b) => a + b;\n");
}

it("puts the work on the newest base, commit by commit", async () => {
  using server = createTaskServer([], {}, { [CI]: "on: push\n" });

  const { work, end } = await published(server, {
    work: twoCommits,
    base: (clone) => write(clone, CI, "on: pull_request\n"),
  });

  expect(end).toBe("completed");
  expect(work).toMatchObject({ base: server.base, commits: 2, files: 2 });
  const head = work?.head ?? "";
  expect(server.git("rev-parse", `${head}~2`)).toBe(server.git("rev-parse", "main"));
  expect(server.git("show", `${head}:${CI}`)).toBe("on: pull_request");
  expect(server.git("log", "-2", "--format=%an %s", head)).toBe("GZA Write src/add.js\nGZA Write a.txt");
});

it("leaves it where it is while the workflow files are the same", async () => {
  using server = createTaskServer([], {}, { [CI]: "on: push\n" });

  const { work } = await published(server, {
    work: twoCommits,
    base: (clone) => write(clone, "b.txt", "other\n"),
  });

  expect(server.git("rev-parse", `${work?.head ?? ""}~2`)).toBe(server.base);
});

it("leaves it where it is while some branch still has the old workflow files", async () => {
  using server = createTaskServer([], {}, { [CI]: "on: push\n" });
  server.git("update-ref", "refs/heads/release", server.base);

  const { work } = await published(server, {
    work: twoCommits,
    base: (clone) => write(clone, CI, "on: pull_request\n"),
  });

  expect(server.git("rev-parse", `${work?.head ?? ""}~2`)).toBe(server.base);
});

it.each<[string, (clone: string) => void, RegExp]>([
  [
    "conflicts with it",
    (clone) => write(clone, "src/add.js", "export const add = 1;\n"),
    /it conflicts with it/,
  ],
  [
    "holds a merge",
    (clone) => {
      run(clone, "checkout", "--quiet", "-b", "side");
      write(clone, "side.txt", "side\n");
      run(clone, "checkout", "--quiet", "work");
      write(clone, "own.txt", "own\n");
      run(clone, "merge", "--quiet", "--no-edit", "side");
    },
    /it holds a merge/,
  ],
])("says what to do when the work %s", async (_, work, why) => {
  using server = createTaskServer([], {}, { [CI]: "on: push\n" });

  const report = await published(server, {
    work,
    base: (clone) => {
      write(clone, CI, "on: pull_request\n");
      write(clone, "src/add.js", "export const add = 2;\n");
    },
  });

  expect(report).toMatchObject({ end: "workflow_permission", work: null });
  expect(report.summary).toMatch(why);
});

it("keeps unfinished work that cannot be put there", async () => {
  using server = createTaskServer([], {}, { [CI]: "on: push\n" });

  const report = await published(server, {
    work: (clone) => write(clone, "src/add.js", "export const add = 1;\n"),
    base: (clone) => {
      write(clone, CI, "on: pull_request\n");
      write(clone, "src/add.js", "export const add = 2;\n");
    },
    end: "max_turns",
  });

  expect(report).toMatchObject({ end: "max_turns", work: { finished: false } });
});
