/** Pull requests: opened once, drafts or not, merged at the approved head, their branches left alone when somebody pushed. */
import { RequestError } from "@octokit/request-error";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Effect } from "../../src/domain/decision.ts";
import type { Evidence, Snapshot } from "../../src/domain/snapshot.ts";
import { applyEffect } from "../../src/github/apply-effect.ts";
import { readRefs } from "../../src/github/refs.ts";
import { smallRepository, type SmallRepository } from "./small-repository.ts";
import { commitOn, look, taskOnBranch } from "./task-on-branch.ts";

const where = { owner: "ada", repo: "engine" };
let small: SmallRepository;

beforeAll(async () => {
  small = await smallRepository();
});
afterAll(() => small.playground.stop());

async function twice(snapshot: Snapshot, effect: Effect): Promise<Evidence[][]> {
  const first = await applyEffect(small.client, { snapshot, record: null }, effect);
  return [first, await applyEffect(small.client, { snapshot, record: null }, effect)];
}

function openPull(branch: string): Effect {
  return { kind: "open_pull", branch, base: "main", title: "Fix the parser", body: "Fixed.", draft: true };
}

test("a pull request is opened once, and found although the record does not name it yet", async () => {
  const { issue, branch, head, snapshot } = await taskOnBranch(small);

  const [first, second] = await twice(snapshot, openPull(branch));
  const after = await look(small, issue);

  expect(first).toMatchObject([{ kind: "pull_opened" }]);
  expect(second).toEqual(first);
  expect(after.pull).toMatchObject({ state: "open", head, branch, base: "main", draft: true, checks: [] });
});

test("one of a branch that is not there is refused", async () => {
  const { snapshot } = await taskOnBranch(small);

  const evidence = await twice(snapshot, openPull("gza/0-nothing"));

  expect(evidence.flat()).toMatchObject([{ kind: "pull_refused", status: 422 }, { kind: "pull_refused" }]);
});

test("it stops being a draft, and becomes one again", async () => {
  const { issue, branch, snapshot } = await taskOnBranch(small);
  await twice(snapshot, openPull(branch));
  const pull = (await look(small, issue)).pull;
  if (pull === null) throw new Error("there is no pull request");

  await twice(snapshot, {
    kind: "edit_pull",
    number: pull.number,
    nodeId: pull.nodeId,
    change: { draft: false },
  });
  const ready = (await look(small, issue)).pull?.draft;
  await twice(snapshot, {
    kind: "edit_pull",
    number: pull.number,
    nodeId: pull.nodeId,
    change: { draft: true },
  });
  const draft = (await look(small, issue)).pull?.draft;

  expect([ready, draft]).toEqual([false, true]);
});

test("it is merged at the head that was approved, and at no other", async () => {
  const { issue, branch, head, snapshot } = await taskOnBranch(small);
  await twice(snapshot, { ...openPull(branch), draft: false } as Effect);
  const pull = (await look(small, issue)).pull?.number ?? 0;
  const merge = { kind: "request_merge", pull, method: "squash", title: "Fix (#1)", message: "" } as const;

  const refused = await applyEffect(
    small.client,
    { snapshot, record: null },
    { ...merge, head: snapshot.repository.defaultHead },
  );
  const merged = await twice(snapshot, { ...merge, head });
  const after = await look(small, issue);

  expect(refused).toMatchObject([{ kind: "merge_refused", status: 409 }]);
  expect(merged).toEqual([[], []]);
  expect(after.pull).toMatchObject({ state: "merged", mergedBy: { login: expect.stringContaining("gza") } });
});

test("one whose base moved in that very moment is merged all the same", async () => {
  const { branch, head, snapshot } = await taskOnBranch(small);
  const [opened] = await twice(snapshot, { ...openPull(branch), draft: false } as Effect);
  const [made] = opened ?? [];
  const pull = made?.kind === "pull_opened" ? made.number : 0;
  const url = "https://api.github.com/";
  let moves = 1;
  small.client.hook.wrap("request", (request, options) => {
    if (options.method !== "PUT" || moves === 0) return request(options);
    moves -= 1;
    throw new RequestError("Base branch was modified. Review and try the merge again.", 405, {
      request: { method: "PUT", url, headers: {} },
      response: { status: 405, url, headers: {}, data: {} },
    });
  });

  const merge = { kind: "request_merge", pull, method: "squash", title: "Fix (#1)", message: "" } as const;
  const evidence = await applyEffect(small.client, { snapshot, record: null }, { ...merge, head });
  const { data } = await small.ada.rest.pulls.get({ ...where, pull_number: pull });

  expect([evidence, moves, data.merged]).toEqual([[], 0, true]);
});

test("its branch is deleted, unless somebody pushed to it since", async () => {
  const { branch, head, snapshot } = await taskOnBranch(small);
  const pushed = await taskOnBranch(small);
  const theirs = await commitOn(small, { parent: pushed.head, files: { "theirs.txt": "x\n" } });
  await small.ada.rest.git.updateRef({ ...where, ref: `heads/${pushed.branch}`, sha: theirs });

  await twice(snapshot, { kind: "delete_branch", branch, head });
  await twice(pushed.snapshot, { kind: "delete_branch", branch: pushed.branch, head: pushed.head });
  const refs = await readRefs(small.client, small.place, [
    `refs/heads/${branch}`,
    `refs/heads/${pushed.branch}`,
  ]);

  expect([...refs.values()]).toEqual([null, theirs]);
});
