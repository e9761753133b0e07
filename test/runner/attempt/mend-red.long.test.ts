/** Work that `verify` finds red goes back to its agent, once, in its own session. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createTaskServer, runWorkflow } from "../task-server.ts";

const WRONG = { edit: { path: "src/add.js", find: "a - b", replace: "a * b" } };
const VERIFY = "echo run >> ../verified; grep -q 'a + b' src/add.js || { echo 'add(1, 2) is 2'; exit 3; }";

it("is finished when the agent mends it, and both times are paid", async () => {
  const mend = { mend: [{ edit: { path: "src/add.js", find: "a * b", replace: "a + b" } }] };
  const price = { usage: { input: 100, output: 20, usd: 0.01 } };
  using server = createTaskServer([price, WRONG, { say: "add() works." }, mend], { verify: VERIFY });

  const report = await runWorkflow(server);

  expect(report).toMatchObject({
    end: "completed",
    summary: "add() works.",
    verify: { exit: 0 },
    work: { files: 1, finished: true },
    usage: { turns: 3 },
    tools: { Edit: 2 },
  });
  expect(server.git("show", `${report.work?.head}:src/add.js`)).toContain("a + b");
  expect(linesOf(join(server.inputs.clone, "..", "verified"))).toHaveLength(2);
});

it("is told what the command printed, in the session that made it", async () => {
  using server = createTaskServer([WRONG, { mend: [{ say: "I see." }] }], { verify: VERIFY });

  await runWorkflow(server);

  const sessions = join(server.inputs.temp, "home", ".scripted-agent", "sessions");
  const [file = "", ...others] = readdirSync(sessions);
  expect(others).toEqual([]);
  const told = linesOf(join(sessions, file)).filter((line) => line.includes("OUTPUT"));
  expect(told.join("")).toContain("add(1, 2) is 2");
});

it("stays red when the agent does not mend it, and is not asked a third time", async () => {
  using server = createTaskServer([WRONG, { mend: [{ say: "It cannot be." }] }], { verify: VERIFY });

  const report = await runWorkflow(server);

  expect(report).toMatchObject({
    end: "verify_red",
    verify: { exit: 3, tail: "add(1, 2) is 2" },
    work: { finished: false },
    session: true,
  });
  expect(linesOf(join(server.inputs.clone, "..", "verified"))).toHaveLength(2);
});

it("names how the agent ended that was asked once more and did not finish", async () => {
  using server = createTaskServer([WRONG, { mend: [{ end: "error" }] }], { verify: VERIFY });

  const report = await runWorkflow(server);

  expect(report).toMatchObject({ end: "verify_red", verify: { exit: 3 }, work: { finished: false } });
  expect(report.summary).toMatch(
    /ended with 3\. Asked once more, the agent did not mend it: The agent ended/,
  );
});

function linesOf(file: string): string[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}
