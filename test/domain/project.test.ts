/** What GitHub shows of a task: brought in line where it differs, left alone where it does not. */
import { describe, expect, it } from "vitest";
import { bodyOf } from "../../src/domain/comments.ts";
import type { Effect } from "../../src/domain/decision.ts";
import { labelChange, project } from "../../src/domain/project.ts";
import { findingKey, postReview } from "../../src/domain/review-body.ts";
import type { Evidence, Said, Snapshot, ThreadFacts } from "../../src/domain/snapshot.ts";
import { finding, HEAD, NOW, pull, ready, rejected, snapshot, task, thread } from "./snapshots.ts";
import { recordOf } from "./speech.ts";

function effects(from: Snapshot): Effect[] {
  return project(from, recordOf(from));
}

function kinds(from: Snapshot): string[] {
  return effects(from).map(({ kind }) => kind);
}

function withLabels(from: Snapshot, labels: string[]): Snapshot {
  return { ...from, issue: { ...from.issue, labels } };
}

function said(id: number, body: string, isMinimised = false): Said {
  return { id, nodeId: `N_${id}`, body, isMinimised };
}

function status(from: Snapshot): string {
  return bodyOf("status", from, recordOf(from));
}

describe("labels", () => {
  const set = (add: string[], remove: string[]) => [{ kind: "set_labels", on: 7, add, remove }];

  it.each<[string, Snapshot, string[], Effect[] | unknown[]]>([
    ["a parked task needs somebody", task({ phase: "parked" }), ["gza"], set(["gza:needs-you"], [])],
    ["a ready one is ready", ready(), ["gza"], set(["gza:ready"], [])],
    [
      "what changed is put on and taken off",
      ready(),
      ["gza", "gza:needs-you"],
      set(["gza:ready"], ["gza:needs-you"]),
    ],
    [
      "a task that goes on carries neither",
      task({}),
      ["gza", "gza:ready", "gza:needs-you"],
      set([], ["gza:needs-you", "gza:ready"]),
    ],
    ["what is there is not put on again", ready(), ["gza", "gza:ready"], []],
    ["people's own are left alone", task({}), ["gza", "bug", "gza:urgent", "gza:stop"], []],
  ])("%s", (_, from, labels, expected) => {
    expect(effects(withLabels(from, labels)).filter(({ kind }) => kind === "set_labels")).toEqual(expected);
  });

  it("of GZA's own are all taken off where none is wanted", () => {
    const from = withLabels(snapshot(), ["gza", "gza:ready"]);

    expect(labelChange(from, new Set())).toEqual(set([], ["gza:ready"]));
    expect(labelChange(from, new Set(["gza:ready", "bug"]))).toEqual([]);
  });
});

describe("the status comment", () => {
  const key = (body: string, id = 900) => new Map([["status", said(id, body)]]);
  const told: Evidence = { kind: "said", key: "status", id: 901 };

  it.each<[string, Snapshot, number | null]>([
    ["is written anew where it says another thing", ready({}, { said: key("Old.") }), 900],
    [
      "is found by what it says of itself, where the record has not heard of it",
      ready({ status_comment: null }, { said: key("Old.", 902) }),
      902,
    ],
    [
      "is the one just written",
      ready({ status_comment: null }, { said: key("Old.", 902), evidence: [told] }),
      901,
    ],
    ["is left alone while it cannot be read", ready(), null],
    ["is left alone where there is none", ready({ status_comment: null }), null],
  ])("%s", (_, from, id) => {
    const edits = effects(from).filter(({ kind }) => kind === "edit_status");

    expect(edits).toEqual(id === null ? [] : [{ kind: "edit_status", id, body: status(from) }]);
  });

  it.each<[string, (body: string) => string]>([
    ["as it is", (body) => body],
    ["with other line ends", (body) => body.replaceAll("\n", "\r\n")],
    ["with white space around it", (body) => `\n${body} \n`],
  ])("is left alone where it says the same, %s", (_, shown) => {
    expect(kinds(ready({}, { said: key(shown(status(ready()))) }))).not.toContain("edit_status");
  });
});

describe("the newest review", () => {
  const known = [finding()];
  const key = `review:${HEAD.slice(0, 12)}`;
  const at = (body: string): Snapshot => rejected(known, {}, { said: new Map([[key, said(5, body)]]) });
  const text = ((from) => postReview(from, recordOf(from))?.body ?? "")(at(""));

  it("is written anew where it says another thing, without a second comment on a line", () => {
    expect(effects(at("Old.")).find(({ kind }) => kind === "post_review")).toMatchObject({
      key,
      body: text,
      comments: [],
    });
  });

  it("is left alone where it says the same, and not posted where it is not there", () => {
    expect(kinds(at(text))).not.toContain("post_review");
    expect(kinds(rejected(known))).not.toContain("post_review");
  });
});

describe("threads of GZA's own", () => {
  const own = (fingerprint: string, change: Partial<ThreadFacts> = {}): ThreadFacts =>
    thread("", {
      id: `T_${fingerprint}`,
      comments: [{ by: null, isBot: true, isMine: true, key: findingKey(fingerprint), at: NOW, body: "" }],
      ...change,
    });
  const known = (["addressed", "open", "disputed", "fixed", "unseen", "dismissed"] as const).map(
    (state, index) => finding({ n: index + 1, fingerprint: String(index).repeat(12), state }),
  );
  const threads = [
    ...known.map(({ fingerprint }) => own(fingerprint)),
    own("3".repeat(12), { id: "resolved", isResolved: true }),
    own("3".repeat(12), { id: "empty", comments: [] }),
    own("9".repeat(12), { id: "unknown" }),
  ];
  const resolved = (from: Snapshot): unknown =>
    effects(from).filter(({ kind }) => kind === "resolve_threads");

  it("are resolved once their finding is closed, all at once", () => {
    const ids = ["0", "3", "4", "5"].map((digit) => `T_${digit.repeat(12)}`);

    expect(resolved(rejected(known, {}, { pull: pull({ threads }) }))).toEqual([
      { kind: "resolve_threads", threads: ids },
    ]);
  });

  it("stay as they are on a pull request that is closed, and where there are no findings", () => {
    expect(resolved(rejected(known, {}, { pull: pull({ threads, state: "closed" }) }))).toEqual([]);
    expect(resolved(ready({}, { pull: pull({ threads }) }))).toEqual([]);
    expect(resolved(rejected(known, {}, { pull: null }))).toEqual([]);
  });
});

describe("what is outdated", () => {
  it.each<[string, [string, Said][], string[]]>([
    [
      "older reviews",
      [
        ["review:1", said(1, "")],
        ["review:2", said(2, "")],
      ],
      ["N_1"],
    ],
    [
      "older calls, by their age, not by their order",
      [
        ["parked:a", said(4, "")],
        ["ready:b", said(3, "")],
      ],
      ["N_3"],
    ],
    [
      "nothing that is folded already",
      [
        ["parked:a", said(3, "", true)],
        ["parked:b", said(4, "")],
      ],
      [],
    ],
    [
      "not the newest of each",
      [
        ["review:1", said(1, "")],
        ["parked:b", said(4, "")],
      ],
      [],
    ],
    [
      "no answers",
      [
        ["answer:1:merge", said(1, "")],
        ["answer:2:merge", said(2, "")],
        ["status", said(3, "")],
      ],
      [],
    ],
    [
      "nothing that only mentions such a key",
      [
        ["answer:review:1", said(1, "")],
        ["answer:parked:1", said(2, "")],
        ["review:2", said(3, "")],
        ["ready:3", said(4, "")],
      ],
      [],
    ],
  ])("is folded away: %s", (_, all, nodes) => {
    const folded = effects(task({}, { said: new Map(all) })).filter(({ kind }) => kind === "minimise");

    expect(folded).toEqual(nodes.length === 0 ? [] : [{ kind: "minimise", nodes }]);
  });
});
