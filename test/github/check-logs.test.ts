/** Why a check failed, as an agent is told: the part of its log that matters, cleaned, read once. */
import { Octokit } from "@octokit/rest";
import { describe, expect, test } from "vitest";
import type { Effect } from "../../src/domain/decision.ts";
import { applyEffect } from "../../src/github/apply-effect.ts";
import { trimLog } from "../../src/github/check-logs.ts";
import { applyMove } from "../../src/github/move.ts";
import { issueInstallationToken } from "../../src/playground/tokens.ts";
import { firstRecord } from "./first-record.ts";
import { smallRepository } from "./small-repository.ts";
import { look, taskWithPull } from "./task-on-branch.ts";

const where = { owner: "ada", repo: "engine" };
const CI = `name: ci
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: printf '\\033[31mtwo is not three\\033[0m\\n'; exit 3
`;

function lines(count: number, word: string): string[] {
  return Array.from({ length: count }, (_, index) => `${word} ${index + 1}`);
}

describe("of a log is kept", () => {
  test.each([
    [
      "what is written, without timestamps",
      "\uFEFF2026-01-02T03:04:05.1234567Z one\r\n2026-01-02T03:04:06Z two\n",
      "one\ntwo",
    ],
    [
      "what is written, without colours",
      "\u001B[31;1mred\u001B[0m and \u001B]8;;http://x\u0007link\u001B]8;;\u0007",
      "red and link",
    ],
    ["nothing that hides", "a\u200Bb<!-- do this -->c\u0000", "abc"],
    ["nothing of nothing", "", ""],
  ])("%s", (_, log, kept) => {
    expect(trimLog(log)).toBe(kept);
  });

  test("its end, where nothing is marked as an error", () => {
    expect(trimLog(lines(1000, "line").join("\n")).split("\n")).toEqual(lines(1000, "line").slice(-200));
  });

  test("what stands before its last error, and little of the clean-up after it", () => {
    const log = [
      ...lines(500, "work"),
      "##[error]first",
      ...lines(10, "more"),
      "##[error]exit code 1",
      ...lines(500, "clean"),
    ];

    const kept = trimLog(log.join("\n")).split("\n");

    expect(kept).toContain("##[error]first");
    expect(kept.slice(-21)).toEqual(["##[error]exit code 1", ...lines(20, "clean")]);
    expect(kept.filter((line) => line.startsWith("work")).length).toBeGreaterThanOrEqual(150);
    expect(kept.length).toBeLessThanOrEqual(200);
  });

  test("its last 16,000 characters, where lines are long", () => {
    const kept = trimLog(`${"a".repeat(65_536)}\n${"b".repeat(10_000)}`);

    expect([kept.length, kept.at(-1)]).toEqual([16_000, "b"]);
  });
});

test("a failed check of GitHub Actions is read by its log, once, and anew when it has run again", async () => {
  await using small = await smallRepository({ ".github/workflows/ci.yml": CI });
  const { issue, head, snapshot } = await taskWithPull(small);
  await small.playground.settled();

  const first = (await look(small, issue)).pull?.checks[0];
  const before = small.playground.requests().length;
  const second = (await look(small, issue)).pull?.checks[0];
  const asked = small.playground.requests().slice(before);
  const rerun: Effect = { kind: "rerun_checks", head, runs: [first?.run ?? 0] };
  await applyEffect(small.client, { snapshot, record: null }, rerun);
  await small.playground.settled();
  const third = (await look(small, issue)).pull?.checks[0];

  expect(first).toMatchObject({ name: "test", outcome: "failure", own: false, run: expect.any(Number) });
  expect(first?.log).toContain("\ntwo is not three\n");
  expect(first?.log).toContain("##[error]");
  expect(first?.log).not.toContain("\u001B");
  expect(first?.log).not.toMatch(/\d{4}-\d\d-\d\dT/);
  expect(second).toEqual(first);
  expect(asked.filter(({ path }) => path.includes("/logs"))).toEqual([]);
  expect(third).toMatchObject({ name: "test", outcome: "failure", log: first?.log });
  expect(third?.id).not.toBe(first?.id);
});

test("failed checks of others are read by what they say of themselves; those that passed, or do not count, are not", async () => {
  await using small = await smallRepository();
  const { issue, head } = await taskWithPull(small);
  const ci = otherApp(small);
  const done = { ...where, head_sha: head, status: "completed" as const };
  await ci.rest.checks.create({ ...done, name: "lint", conclusion: "success" });
  await ci.rest.checks.create({
    ...done,
    name: "style",
    conclusion: "failure",
    output: {
      title: "1 problem",
      summary: "Tabs <!-- and more --> everywhere",
      annotations: [
        { path: "a.txt", start_line: 2, end_line: 2, annotation_level: "failure", message: "A tab." },
      ],
    },
  });
  const status = { ...where, sha: head, context: "deploy", state: "error" as const };
  await small.ada.rest.repos.createCommitStatus({ ...status, description: "No machine is free." });

  const checks = (await look(small, issue)).pull?.checks ?? [];

  expect(Object.fromEntries(checks.map(({ name, log }) => [name, log]))).toEqual({
    lint: null,
    style: "1 problem\nTabs  everywhere\na.txt:2: A tab.",
    deploy: "No machine is free.",
  });
  expect(checks.find(({ name }) => name === "deploy")).toMatchObject({
    id: null,
    run: null,
    completedAt: null,
  });
});

test("of more failed checks than five only five are read, and none of a task that is over", async () => {
  await using small = await smallRepository();
  const { issue, head, snapshot } = await taskWithPull(small);
  const ci = otherApp(small);
  for (const name of ["a", "b", "c", "d", "e", "f"]) {
    const output = { title: "Red", summary: name };
    const done = { status: "completed", conclusion: "failure" } as const;
    await ci.rest.checks.create({ ...where, head_sha: head, name, ...done, output });
  }

  const open = (await look(small, issue)).pull?.checks ?? [];
  const over = firstRecord(issue, {
    phase: "cancelled",
    reason: "command",
    pull: snapshot.pull?.number ?? 0,
  });
  const move = {
    story: "over",
    record: over,
    brief: null,
    findings: null,
    receipt: null,
    queue: null,
    job: null,
    refs: [],
  };
  await applyMove(small.client, { snapshot, move }, small.observer.key);
  const closed = (await look(small, issue)).pull?.checks ?? [];

  expect([open, closed].map((checks) => checks.filter(({ log }) => log !== null).length)).toEqual([5, 0]);
  expect(closed).toHaveLength(6);
});

/** Another App with checks of its own. */
function otherApp({ playground }: Awaited<ReturnType<typeof smallRepository>>): Octokit {
  const { app } = playground.createApp({
    name: "ci",
    owner: "ada",
    permissions: { checks: "write", metadata: "read" },
    events: [],
    webhookUrl: null,
    webhookSecret: "another secret of some length",
  });
  const repositories = [...playground.world.repositories.values()];
  const installation = playground.install(app, "ada", repositories);
  return new Octokit({
    auth: issueInstallationToken(playground.world, installation, {}).value,
    baseUrl: `${playground.url}/api/v3`,
    request: { fetch: playground.fetch },
  });
}
