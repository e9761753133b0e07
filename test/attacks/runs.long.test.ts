/** Family K: runs that are not what they claim to be. What they bring counts for nothing while the app's own run goes its way. */
import { expect, it } from "vitest";
import { batonRef } from "../../src/domain/names.ts";
import { dispatchWorkflow } from "../../src/playground/actions/engine.ts";
import { findUser } from "../../src/playground/world.ts";
import { begun, bringBack, running } from "../e2e/by-hand.ts";
import { story, twice, type Story } from "../e2e/world.ts";

const where = { owner: "ada", repo: "engine" };
const RUN = "POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun";

it("K9 a run that is run again after its task went on lands nothing a second time", async () => {
  await using from = await story();
  await from.begin();
  const issue = await from.ask();
  const ready = await from.until(issue, ({ phase }) => phase === "ready");
  const before = from.git("for-each-ref");
  const [own] = from.runs();

  await from.ada.request(RUN, { ...where, run_id: own?.id ?? 0 });
  await from.settle();

  expect(own?.attempt).toBe(2);
  expect(own?.jobs.map(({ summary }) => summary).join()).toContain("superseded");
  expect(from.git("for-each-ref")).toBe(before);
  expect(from.record(issue)).toEqual(ready);
  expect(twice(from, issue)).toEqual([]);
});

it("K10 a person's run of the same name that ends first, on whatever branch, ends nothing", async () => {
  await using world = await begun();
  const { from, sweep } = world;
  const issue = await running(from);
  const job = from.record(issue)?.attempt?.job ?? "";
  const [own] = from.runs();
  from.git("branch", "evil", "main");
  for (const ref of ["main", "evil"]) await dispatch(from, ref, { task: String(issue), attempt: job });

  await bringBack(from, issue);
  Object.assign(own ?? {}, { status: "in_progress", conclusion: null });
  await sweep();
  await from.quiet();

  expect(from.runs()).toHaveLength(3);
  expect(from.record(issue)).toMatchObject({ phase: "running", attempt: { n: 1 } });
  expect(from.git("for-each-ref", "--format=%(refname)", "refs/heads/gza")).toBe("");
  expect(from.git("rev-parse", batonRef(issue))).not.toBe(job);

  Object.assign(own ?? {}, { status: "completed", conclusion: "success" });
  const after = await from.until(issue, ({ attempts }) => attempts.length > 0);
  expect(after.attempts).toMatchObject([{ n: 1, end: "completed" }]);
});

async function dispatch(from: Story, ref: string, inputs: { [name: string]: string }): Promise<void> {
  const actorId = findUser(from.playground.world, "ada")?.id ?? 0;
  await dispatchWorkflow(from.playground.world, from.repository, {
    workflow: "gza.yml",
    ref,
    inputs,
    actorId,
    token: null,
  });
}
