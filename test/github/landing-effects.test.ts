/** What GitHub is asked for so that a task lands, is held, or is taken back: refusals told apart, lost answers looked up. */
import { describe, expect, test } from "vitest";
import type { Effect } from "../../src/domain/decision.ts";
import type { Evidence } from "../../src/domain/snapshot.ts";
import { applyEffect } from "../../src/github/apply-effect.ts";
import { pull, sha, snapshot } from "../domain/snapshots.ts";
import { scriptedGitHub, type Line, type ScriptedGitHub } from "./scripted-github.ts";

const head = sha("a");
const OK: Line[1] = { data: {} };
const AUTO_MERGE: Effect = {
  kind: "auto_merge",
  pull: 12,
  nodeId: "PR_1",
  head,
  method: "merge",
  title: "Fix (#1)",
  message: "Closes #7",
};
const ENQUEUE: Effect = { kind: "enqueue", nodeId: "PR_1", head };

async function apply(github: ScriptedGitHub, effect: Effect): Promise<Evidence[]> {
  return applyEffect(github.client, { snapshot: snapshot({ pull: pull() }), record: null }, effect);
}

function standing(change: object = {}): Line {
  const node = {
    state: "OPEN",
    headRefOid: head,
    isInMergeQueue: false,
    autoMergeRequest: null,
    ...change,
  };
  return ["Standing", { data: { node } }];
}

describe("merging by itself", () => {
  test("is asked for at the approved head, with the message", async () => {
    const github = scriptedGitHub(["AutoMerge", OK]);

    const evidence = await apply(github, AUTO_MERGE);

    expect(evidence).toEqual([{ kind: "merge_asked", head }]);
    expect(github.variables).toEqual([
      { pull: "PR_1", head, method: "MERGE", title: "Fix (#1)", message: "Closes #7" },
    ]);
  });

  test("by a rebase has no message of its own", async () => {
    const github = scriptedGitHub(["AutoMerge", OK]);

    await apply(github, { ...AUTO_MERGE, method: "rebase" });

    expect(github.variables).toEqual([{ pull: "PR_1", head, method: "REBASE" }]);
  });

  test.each([
    ["Auto merge is not allowed for this repository", standing(), 422],
    ["Head sha didn't match expected head", standing({ headRefOid: sha("b") }), 409],
    ["Pull request Pull request is in clean status", standing(), 409],
    ["Pull request Pull request is in unstable status", standing(), 409],
  ])("is refused: %s", async (refused, how, status) => {
    const github = scriptedGitHub(["AutoMerge", { refused }], how);

    const evidence = await apply(github, AUTO_MERGE);

    expect(evidence).toEqual([{ kind: "merge_refused", head, status, message: refused }]);
  });

  test("that the installation may not ask for is refused with 403", async () => {
    const refused = "Resource not accessible by integration";
    const github = scriptedGitHub(["AutoMerge", { refused, type: "FORBIDDEN" }], standing());

    const evidence = await apply(github, AUTO_MERGE);

    expect(evidence).toMatchObject([
      { kind: "merge_refused", status: 403, message: expect.stringContaining(refused) },
    ]);
  });

  test("is not asked for again when only the answer was lost", async () => {
    const github = scriptedGitHub(["AutoMerge", "lost"], standing({ autoMergeRequest: {} }));

    const evidence = await apply(github, AUTO_MERGE);

    expect([evidence, github.asked]).toEqual([[{ kind: "merge_asked", head }], ["AutoMerge", "Standing"]]);
  });

  test("is asked for once more when nothing came of it", async () => {
    const github = scriptedGitHub(["AutoMerge", "lost"], standing(), ["AutoMerge", OK]);

    expect(await apply(github, AUTO_MERGE)).toEqual([{ kind: "merge_asked", head }]);
  });

  test("of what is merged already needs nothing more", async () => {
    const github = scriptedGitHub(
      ["AutoMerge", { refused: "Pull request is closed" }],
      standing({ state: "MERGED" }),
    );

    expect(await apply(github, AUTO_MERGE)).toEqual([]);
  });

  test("on for another head than the approved one is no success", async () => {
    const github = scriptedGitHub(
      ["AutoMerge", { refused: "Head sha didn't match" }],
      standing({ headRefOid: sha("b"), autoMergeRequest: {} }),
    );

    expect(await apply(github, AUTO_MERGE)).toMatchObject([{ kind: "merge_refused", status: 409 }]);
  });
});

describe("the merge queue", () => {
  test("takes it at the approved head", async () => {
    const github = scriptedGitHub(["Enqueue", OK]);

    const evidence = await apply(github, ENQUEUE);

    expect([evidence, github.variables]).toEqual([[{ kind: "merge_asked", head }], [{ pull: "PR_1", head }]]);
  });

  test("in which it stands already is success", async () => {
    const github = scriptedGitHub(
      ["Enqueue", { refused: "The pull request is already in the queue" }],
      standing({ isInMergeQueue: true }),
    );

    expect(await apply(github, ENQUEUE)).toEqual([{ kind: "merge_asked", head }]);
  });

  test("refuses in GitHub's words, which call nobody", async () => {
    const refused = "Waiting on code owner review from @acme/core.";
    const github = scriptedGitHub(["Enqueue", { refused }], standing());

    const [evidence] = await apply(github, ENQUEUE);

    const message = evidence?.kind === "merge_refused" ? evidence.message : "";
    expect(evidence).toMatchObject({ kind: "merge_refused", head, status: 422 });
    expect(message).toContain("Waiting on code owner review");
    expect(message).not.toContain("@acme/core");
  });
});

describe("holding", () => {
  function hold(queued: boolean, autoMerge: boolean): Effect {
    return { kind: "hold_merge", pull: 12, nodeId: "PR_1", queued, autoMerge };
  }

  test.each([
    [true, false, ["Dequeue"]],
    [false, true, ["NoAutoMerge"]],
    [true, true, ["NoAutoMerge", "Dequeue"]],
    [false, false, []],
  ])("queued %s, by itself %s: asks for %j", async (queued, autoMerge, asked) => {
    const github = scriptedGitHub(...asked.map((name): Line => [name, OK]));

    const evidence = await apply(github, hold(queued, autoMerge));

    expect([evidence, github.asked]).toEqual([[{ kind: "merge_held", pull: 12 }], asked]);
  });

  test.each([
    ["refused, for it is not there any more", { refused: "not in the queue" } as const],
    ["lost", "lost" as const],
  ])("what is %s is held", async (_, answer) => {
    const github = scriptedGitHub(["Dequeue", answer], standing());

    expect(await apply(github, hold(true, false))).toEqual([{ kind: "merge_held", pull: 12 }]);
  });

  test("that GitHub refuses although it stands there is an error", async () => {
    const github = scriptedGitHub(["Dequeue", { refused: "no" }], standing({ isInMergeQueue: true }));

    await expect(apply(github, hold(true, false))).rejects.toThrow("Dequeue");
  });
});

describe("taking back", () => {
  const REVERT: Effect = {
    kind: "revert_pull",
    number: 12,
    nodeId: "PR_1",
    branch: "gza/7-fix",
    title: "Revert it",
    body: "Takes #12 back.",
  };
  const pulls = (...numbers: number[]): Line => [
    "GET /api/v3/repos/acme/app/pulls",
    { data: numbers.map((number) => ({ number })) },
  ];
  const reverted = (number: number): Line => [
    "Revert",
    { data: { revertPullRequest: { revertPullRequest: { number } } } },
  ];

  test("opens a pull request", async () => {
    const github = scriptedGitHub(pulls(), reverted(13));

    expect(await apply(github, REVERT)).toEqual([{ kind: "reverted", pull: 12, by: 13 }]);
  });

  test("opens none where there is one", async () => {
    const github = scriptedGitHub(pulls(13));

    expect(await apply(github, REVERT)).toEqual([{ kind: "reverted", pull: 12, by: 13 }]);
  });

  test("finds the one whose answer was lost", async () => {
    const github = scriptedGitHub(pulls(), ["Revert", "lost"], pulls(13));

    expect(await apply(github, REVERT)).toEqual([{ kind: "reverted", pull: 12, by: 13 }]);
  });

  test("is tried once more when nothing came of it", async () => {
    const github = scriptedGitHub(pulls(), ["Revert", "lost"], pulls(), reverted(13));

    expect(await apply(github, REVERT)).toEqual([{ kind: "reverted", pull: 12, by: 13 }]);
  });

  test("is refused in GitHub's words", async () => {
    const message = "Sorry, this pull request couldn't be reverted automatically.";
    const github = scriptedGitHub(pulls(), ["Revert", { refused: message }], pulls());

    expect(await apply(github, REVERT)).toEqual([{ kind: "revert_refused", pull: 12, message }]);
  });
});

test("a pull request's text is written anew without a word about drafts", async () => {
  const github = scriptedGitHub(["PATCH /api/v3/repos/acme/app/pulls/12", { data: {} }]);
  const change = { body: "Fixed, and rebased." };

  const evidence = await apply(github, { kind: "edit_pull", number: 12, nodeId: "PR_1", change });

  expect([evidence, github.asked.length]).toEqual([[], 1]);
});
