/** A whole workflow run with a real agent program and real git: what lies on the baton afterwards. */
import { expect, it } from "vitest";
import { createTaskServer, LIMITS, runWorkflow } from "./task-server.ts";

const FIX = { edit: { path: "src/add.js", find: "a - b", replace: "a + b" } };

it("hands over finished work, its report and its price", async () => {
  const steps = [
    { usage: { input: 100, output: 20, usd: 0.01 } },
    { say: "I see it." },
    FIX,
    { run: "cat src/add.js" },
    { say: "add() adds now." },
  ];
  using server = createTaskServer(steps, { verify: "grep -q 'a + b' src/add.js" });

  const report = await runWorkflow(server);

  expect(report).toMatchObject({
    v: 1,
    attempt: 1,
    kind: "implement",
    end: "completed",
    summary: "add() adds now.",
    work: { base: server.base, commits: 1, files: 1, finished: true },
    usage: { turns: 4, requests: 4, input: 400, cached: 0, output: 80, usd: 0.04 },
    tools: { Edit: 1, Bash: 1 },
    verify: { exit: 0 },
    guard: [],
  });
  expect(report.work?.patch).toMatch(/^[0-9a-f]{40}$/);
  expect(server.git("show", "-s", "--format=%P", "refs/gza/attempts/7")).toBe(
    `${server.inputs.job} ${report.work?.head}`,
  );
  expect(server.git("log", "-1", "--format=%an <%ae>|%cn|%B", String(report.work?.head))).toBe(
    "GZA <99+gza[bot]@users.noreply.github.com>|GZA|add() subtracts\n\nGza-Task: #7\nGza-Attempt: 1",
  );
  expect(server.git("for-each-ref", "--format=%(refname)")).toBe("refs/gza/attempts/7\nrefs/heads/main");
});

it("says verify_red with the end of what verify printed, and hands the work over as unfinished", async () => {
  using server = createTaskServer([FIX], { verify: "printf '\\033[31mred\\033[0m\\n'; exit 3" });

  const report = await runWorkflow(server);

  expect(report).toMatchObject({
    end: "verify_red",
    verify: { exit: 3, tail: "red" },
    work: { finished: false },
  });
});

it("counts turns itself and keeps what was done until then", async () => {
  using server = createTaskServer([FIX, { say: "one" }, { say: "two" }, { say: "three" }], {
    limits: { ...LIMITS, turns: 2 },
  });

  const report = await runWorkflow(server);

  expect(report).toMatchObject({ end: "max_turns", work: { commits: 1, finished: false } });
});
