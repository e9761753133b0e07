/** Whole workflow runs with a real agent program and real git: each way in which one can go or end. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createTaskServer, run, runWorkflow } from "./task-server.ts";

const FIX = { edit: { path: "src/add.js", find: "a - b", replace: "a + b" } };

it("keeps the agent's own commits, with their dates but not its names", async () => {
  const commit =
    "GIT_AUTHOR_DATE='2001-02-03T04:05:06+0100' git -c user.name=Eve commit -qam 'Fixes #3: add, @octocat\n\nCo-authored-by: Eve <e@e.e>'";
  using server = createTaskServer([
    FIX,
    { run: commit },
    { write: { path: "test/add.test.js", content: "// a test\n" } },
  ]);

  const report = await runWorkflow(server);

  expect(report.work).toMatchObject({ commits: 2, files: 2 });
  expect(
    server.git("log", "--format=%an|%aI|%s", `${server.base}..${report.work?.head}`).split("\n").at(-1),
  ).toBe("GZA|2001-02-03T04:05:06+01:00|see #3: add, octocat");
});

it("leaves no remote and no credentials in the agent's clone, and none of the workflow's environment", async () => {
  process.env["ACTIONS_RUNTIME_TOKEN"] = "canary";
  using server = createTaskServer([
    { run: "git remote -v > seen; git config --list --local >> seen; env >> seen" },
  ]);

  const report = await runWorkflow(server);
  const seen = server.git("show", `${report.work?.head}:seen`);

  expect(seen).not.toMatch(/canary|remote\.|extraheader|GITHUB_|ACTIONS_|RUNNER_|INPUT_/);
  expect(seen).toContain("user.email=99+gza[bot]@users.noreply.github.com");
  delete process.env["ACTIONS_RUNTIME_TOKEN"];
});

it("hands over what was verified, and nothing that verify has made of it", async () => {
  const late = "echo late > late.txt; echo late >> src/add.js; git add -A; git commit -qm Late";
  using server = createTaskServer([FIX], { verify: `grep -q 'a + b' src/add.js; ${late}` });

  const report = await runWorkflow(server);

  expect(report).toMatchObject({ end: "completed", verify: { exit: 0 }, work: { commits: 1, files: 1 } });
  expect(server.git("log", "-p", `${server.base}..${report.work?.head}`)).not.toMatch(/late/i);
});

it.each([
  ["a verify command that does not exist", { verify: "no-such-command" }, "infrastructure"],
  ["a setup command that fails", { setup: "echo broken >&2; exit 1" }, "infrastructure"],
  ["an agent that nobody knows", { agent: { name: "clippy", model: null, fallback: [] } }, "bad_report"],
])("does not blame the work for %s", async (_, change, end) => {
  using server = createTaskServer([FIX], change);

  const report = await runWorkflow(server);

  expect(report.end).toBe(end);
});

it.each([
  ["nothing was changed", [{ say: "Nothing to do." }], "empty_run"],
  ["the agent crashes", [FIX, { end: "crash" }], "infrastructure"],
  ["the agent says that it failed", [{ end: "error" }], "agent_gave_up"],
  [
    "an edit does not fit",
    [{ edit: { path: "README.md", find: "no such text", replace: "x" } }],
    "agent_gave_up",
  ],
  ["the agent runs out of turns", [FIX, { end: "max_turns" }], "max_turns"],
])("names the end when %s", async (_, steps, end) => {
  using server = createTaskServer(steps);

  const report = await runWorkflow(server);

  expect(report.end).toBe(end);
});

it("goes on from unfinished work", async () => {
  using server = createTaskServer([{ write: { path: "second.txt", content: "2\n" } }]);
  const unfinished = join(server.root, "unfinished");
  run(server.root, "clone", "--quiet", server.bare, unfinished);
  run(unfinished, "commit", "--quiet", "--allow-empty", "-m", "First half");
  const work = run(unfinished, "rev-parse", "HEAD");
  run(unfinished, "push", "--quiet", server.bare, "HEAD:refs/gza/unfinished/7");
  const inputs = server.handOut(
    JSON.stringify({ ...server.job, how: "resume", start: { ...server.job.start, work } }),
  );

  const report = await runWorkflow({ ...server, inputs });

  expect(report.work).toMatchObject({ commits: 2 });
  expect(server.git("log", "--reverse", "--format=%s", `${server.base}..${report.work?.head}`)).toBe(
    "First half\nadd() subtracts",
  );
});

it("runs nothing that the agent has put into its clone's settings, hooks or nested repositories", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gza-proof-"));
  const proof = join(folder, "proof");
  const touch = `touch ${proof}; false`;
  const plant = [
    `git config core.fsmonitor '${touch}'`,
    `git config filter.evil.clean '${touch}'`,
    `git config core.hooksPath hooks && mkdir -p hooks && printf '#!/bin/sh\\n${touch}\\n' > hooks/post-index-change && chmod +x hooks/*`,
    "mkdir -p .git/info && echo '* filter=evil' > .git/info/attributes",
    "git init -q nested && git -C nested -c user.name=E -c user.email=e@e.e commit -q --allow-empty -m x",
    `git -C nested config core.fsmonitor '${touch}'`,
  ].join(" && ");
  using server = createTaskServer([FIX, { run: plant }]);

  const report = await runWorkflow(server);
  const hasRun = existsSync(proof);
  rmSync(folder, { recursive: true });

  expect(report).toMatchObject({
    end: "guard_refused",
    guard: [{ path: "nested", rule: "submodule" }],
    tools: { Bash: 1 },
  });
  expect(hasRun).toBe(false);
});

it("leaves the agent's log beside the raw report", async () => {
  using server = createTaskServer([FIX]);

  await runWorkflow(server);
  const [first] = readFileSync(join(server.inputs.handOver, "agent.log"), "utf8").split("\n");

  expect(JSON.parse(first ?? "")).toMatchObject({ type: "system", subtype: "init" });
});
